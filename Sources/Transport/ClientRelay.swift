internal import Basics
internal import EventLoops
internal import HTTP

/// Stands between a client connection and what calls it back, so that the callers hold no reference
/// to the connection, and letting go of it closes the socket.
final class ClientRelay: TCPConnectionHandler, HTTP2SessionHandler {
    weak var connection: ClientConnection?
    /// Why the connection ended, once it has.
    var closeReason: TCPCloseReason?

    func connectionDidOpen(_ tcp: TCPConnection) { connection?.connected() }

    func connection(_ tcp: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        connection?.received(bytes)
    }

    func connection(_ tcp: TCPConnection, fill output: ByteQueue, limit: Int) {
        connection?.fill(output, limit)
    }

    func connectionDidEndInput(_ tcp: TCPConnection) -> Bool { false }

    func connection(_ tcp: TCPConnection, didClose reason: TCPCloseReason) {
        connection?.closed(reason)
    }

    func hasOutput() { connection?.requestFlush() }

    func headers(of stream: HTTP2Stream) { Self.call(of: stream)?.headers() }

    func data(_ bytes: UnsafeRawBufferPointer, of stream: HTTP2Stream, isLast: Bool) {
        Self.call(of: stream)?.data(bytes)
    }

    func inputEnded(of stream: HTTP2Stream) {}

    func drained(_ stream: HTTP2Stream) { Self.call(of: stream)?.drained() }

    func closed(_ stream: HTTP2Stream, errorCode: UInt32) {
        guard let call = Self.call(of: stream) else { return }
        stream.attachment = nil
        call.streamClosed(errorCode, closeReason)
    }

    func pingAnswered() { connection?.pingAnswered() }

    func goAwayReceived(lastStreamID: Int32, errorCode: UInt32) { connection?.goingAway() }

    private static func call(of stream: HTTP2Stream) -> ClientCall? {
        guard let attachment = stream.attachment else { return nil }
        return unsafeDowncast(attachment, to: ClientCall.self)
    }
}
