import Basics
import EventLoops

/// Takes connections, reads what comes, and says nothing.
final class SilentServer: TCPConnectionHandler {
    private(set) var connectionCount = 0
    private var connections: [TCPConnection] = []
    private var listener: TCPListener?

    init(_ loop: EventLoop) throws {
        listener = try TCPListener(loop: loop, host: "127.0.0.1", port: 0) { [weak self] in
            self?.take($0)
        }
    }

    var port: UInt16 { listener?.port ?? 0 }

    private func take(_ connection: TCPConnection) {
        connectionCount += 1
        connections.append(connection)
        connection.handler = self
        connection.start()
    }

    func connectionDidOpen(_ connection: TCPConnection) {}

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {}

    func connection(_ connection: TCPConnection, fill output: ByteQueue, limit: Int) {}

    func connectionDidEndInput(_ connection: TCPConnection) -> Bool { false }

    func connection(_ connection: TCPConnection, didClose reason: TCPCloseReason) {}
}

/// Begins a connection of HTTP/2, and answers nothing that it is asked on it.
final class SilentClient: TCPConnectionHandler {
    private static let greeting =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    private(set) var isOpen = false
    private let output = ByteQueue()
    private var connection: TCPConnection?

    init(_ loop: EventLoop, port: UInt16) {
        output.append(Self.greeting)
        connection = TCPConnection.connect(
            loop: loop, host: "127.0.0.1", port: port, timeoutMilliseconds: 5_000, handler: self)
    }

    func connectionDidOpen(_ connection: TCPConnection) {
        isOpen = true
        connection.requestFlush()
    }

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {}

    func connection(_ connection: TCPConnection, fill target: ByteQueue, limit: Int) {
        let count = min(limit, output.count)
        target.append(UnsafeRawBufferPointer(rebasing: output.bytes[0..<count]))
        output.consume(count)
    }

    func connectionDidEndInput(_ connection: TCPConnection) -> Bool { false }

    func connection(_ connection: TCPConnection, didClose reason: TCPCloseReason) {}
}
