internal import Basics
internal import HTTP

final class HTTP1Connection {
    unowned(unsafe) let connection: ServerConnection
    var hasSeenRequest = false
    init(connection: ServerConnection) { self.connection = connection }
    func receive(_ bytes: UnsafeRawBufferPointer) { connection.fault("HTTP/1.1 is not spoken yet") }
    func drain(into output: ByteQueue, limit: Int) {}
    func stopAfterAnswer() { connection.close("the server stops") }
    func connectionLost() {}
    func sweep(now: UInt64) {}
}
