internal import Basics
internal import HTTP

/// Answers a plain HTTP request on one stream of HTTP/2.
final class HTTP2Responder: HTTPResponder {
    private let call: ServerCall
    private let generation: UInt64
    private let isHead: Bool

    init(_ call: ServerCall, isHead: Bool) {
        self.call = call
        self.isHead = isHead
        generation = call.generation
    }

    private var session: HTTP2Session? {
        call.generation == generation ? call.connection?.http2 : nil
    }

    var bufferedBytes: Int { session == nil ? 0 : call.stream.output.count }

    func respond(status: Int, headers: [(String, String)], body: [UInt8]) {
        guard let session, let connection = call.connection, !connection.isClosing else { return }
        call.isAnswered = true
        let length = [("content-length", String(body.count))]
        let block = Self.block(status, headers + (status == 204 ? [] : length))
        guard !body.isEmpty, !isHead else {
            return session.respondWithoutBody(call.stream, headers: block)
        }
        call.stream.output.append(body)
        session.respondWhole(call.stream, headers: block, trailers: nil)
        connection.checkOutputLimit()
    }

    func start(status: Int, headers: [(String, String)]) {
        guard let session else { return }
        call.isAnswered = true
        session.respond(call.stream, headers: Self.block(status, headers))
    }

    func send(_ bytes: [UInt8]) {
        guard let session else { return }
        call.stream.output.append(bytes)
        session.resume(call.stream, appended: bytes.count)
        call.connection?.checkOutputLimit()
    }

    func end() { session?.end(call.stream) }

    /// Only HTTP/1.1 changes to it.
    func startWebSocket(headers: [(String, String)], messageBytesMax: Int) -> WebSocket? { nil }

    func holdInput(_ count: Int) {
        if call.generation == generation { call.connection?.holdInput(count) }
    }

    /// The other streams of the connection go on, so this one does, too.
    func pauseBody(_ isPaused: Bool) {}

    private static func block(_ status: Int, _ headers: [(String, String)]) -> HeaderBlock {
        HeaderBlock([(":status", String(status))] + headers.map { ($0.0.lowercased(), $0.1) })
    }
}
