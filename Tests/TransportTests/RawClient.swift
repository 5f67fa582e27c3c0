import Basics
@testable import EventLoops

/// A TCP connection without any manners: sends what it is told, and gathers what comes.
final class RawClient: TCPConnectionHandler {
    private(set) var received: [UInt8] = []
    private(set) var isClosed = false
    private(set) var isOpen = false
    private let output = ByteQueue()
    private var connection: TCPConnection?

    init(loop: EventLoop, port: UInt16, hosts: [String] = ["127.0.0.1"]) {
        connection = TCPConnection.connect(
            loop: loop, hosts: hosts, port: port, timeoutMilliseconds: 5_000, handler: self)
    }

    var text: String { String(decoding: received, as: UTF8.self) }

    func send(_ bytes: [UInt8]) {
        output.append(bytes)
        connection?.requestFlush()
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func pauseReading() { connection?.pauseReading() }

    func resumeReading() { connection?.resumeReading() }

    func finish() { connection?.finish("the test has said all") }

    func close() { connection?.close(.closed("the test closes")) }

    func connectionDidOpen(_ connection: TCPConnection) { isOpen = true }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        received += Array(bytes)
    }

    func connection(_ connection: TCPConnection, fill target: ByteQueue, limit: Int) {
        let count = min(limit, output.count)
        target.append(UnsafeRawBufferPointer(rebasing: output.bytes[0..<count]))
        output.consume(count)
    }

    func connectionDidEndInput(_ connection: TCPConnection) -> Bool { false }

    func connection(_ tcp: TCPConnection, didClose reason: TCPCloseReason) {
        isClosed = true
        connection = nil
    }
}
