internal import Basics
internal import EventLoops
internal import GRPC
internal import HTTP

/// The server's side of one HTTP/2 stream. It stays with the pooled stream, so that a call costs no
/// allocation; `generation` tells handles of an earlier call that their time is over.
final class ServerCall: DeadlineEntry {
    /// What the request turned out to be.
    enum Kind {
        case refused
        case unary
        case stream
        case http
    }

    unowned(unsafe) let stream: HTTP2Stream
    unowned(unsafe) var connection: ServerConnection?
    /// One higher at each end of a call.
    private(set) var generation: UInt64 = 0
    var kind = Kind.refused
    var route: Route?
    var startedAt: UInt64 = 0
    /// The length that the prefix of an incomplete unary message gives; -1: not known yet.
    var messageLength = -1
    var isDispatched = false
    var isAnswered = false
    var isCancelled = false
    var onCancel: (() -> Void)?
    var serverStream: ServerStream?
    var exchange: HTTPExchange?

    init(stream: HTTP2Stream) { self.stream = stream }

    /// The companion of `stream`, made at its first use.
    static func of(_ stream: HTTP2Stream) -> ServerCall {
        if let attachment = stream.attachment {
            return unsafeDowncast(attachment, to: ServerCall.self)
        }
        let call = ServerCall(stream: stream)
        stream.attachment = call
        return call
    }

    /// A request begins.
    func begin(on connection: ServerConnection, at time: UInt64) {
        self.connection = connection
        startedAt = time
    }

    /// The stream is over.
    func end() {
        generation += 1
        if isListed { connection?.server.deadlines.remove(self) }
        connection = nil
        kind = .refused
        route = nil
        deadline = .max
        messageLength = -1
        isDispatched = false
        isAnswered = false
        isCancelled = false
        onCancel = nil
        serverStream = nil
        exchange = nil
    }

    /// Tells the handler, once, that nobody waits any more.
    func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        let action = onCancel
        onCancel = nil
        action?()
    }

    /// The call has its answer: its deadline and its time count no further.
    func finished(_ code: GRPCCode) {
        guard let connection else { return }
        isAnswered = true
        if isListed { connection.server.deadlines.remove(self) }
        if let hook = connection.server.router.onCallFinished, let route {
            let now = connection.server.loop.turnTime
            hook(route.path, code, startedAt, now - startedAt)
        }
    }

    override func deadlinePassed() {
        let status = GRPCStatus(.deadlineExceeded, "context deadline exceeded")
        switch kind {
        case .unary:
            fail(status, trailers: [])
            cancel()
        case .stream: serverStream?.abort(status)
        // Its body has not come whole.
        case .http: connection?.refuse(self, status: 408)
        case .refused: break
        }
    }

    /// Ends a unary call with one message, which `body` writes.
    func reply(size: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        guard !isAnswered, let connection, !connection.isClosing, let session = connection.http2
        else { return }
        let memory = stream.output.extend(by: MessagePrefix.byteCount + size)
        MessagePrefix.write(count: size, to: memory)
        body(UnsafeMutableRawBufferPointer(start: memory + MessagePrefix.byteCount, count: size))
        let responses = connection.server.responses
        session.respondWhole(stream, headers: responses.grpcHeaders, trailers: responses.grpcOK)
        finished(.ok)
        connection.checkOutputLimit()
    }

    /// Ends a unary call without a message.
    func fail(_ status: GRPCStatus, trailers: [(String, String)], httpStatus: Int = 200) {
        guard !isAnswered, let connection, let session = connection.http2 else { return }
        let block = connection.server.responses.trailersOnly(
            status, trailers, httpStatus: httpStatus)
        session.respondWithoutBody(stream, headers: block)
        finished(status.code)
    }
}
