package import GRPC

/// Says which code answers which path. Filled once, before the server starts.
///
/// ```swift
/// let router = Router()
/// router.register(unary: "/etcdserverpb.KV/Put", maxMessageBytes: 2 << 20) { call, message in
///     // `message` is valid during this call only; answer now or later.
///     call.reply(size: answer.encodedSize) { answer.encode(into: $0) }
/// }
/// router.register(stream: "/etcdserverpb.Watch/Watch") { stream in
///     stream.onMessage = { message in stream.send(answerBytes) }
///     stream.onHalfClose = { stream.finish() }
///     stream.onCancel = { forget(stream) }
/// }
/// router.http { exchange in
///     exchange.respond(status: 200, headers: [("content-type", "text/plain")], body: Array("ok".utf8))
/// }
/// ```
///
/// A request is gRPC if its content type is `application/grpc` (with `+…` or `;…`). A gRPC request to
/// a path that is not registered is answered UNIMPLEMENTED; a request of another content type to a
/// registered path gets HTTP 415; everything else goes to the `http` handler, over HTTP/1.1 and
/// HTTP/2 alike.
package final class Router {
    /// Told about each finished gRPC call: path, code, start (monotonic ns) and duration (ns).
    package var onCallFinished: ((String, GRPCCode, UInt64, UInt64) -> Void)?

    var httpHandler: ((HTTPExchange) -> Void)?
    private(set) var bodyBytesMax = Limits.bodyBytesMax
    private var bodyLimits: [(prefix: String, bytes: Int)] = []
    private var streamedPaths: Set<String> = []
    private var table = RouteTable()
    private var services: Set<String> = []

    package init() {}

    /// Answers the unary method `path` (`/package.Service/Method`). Messages above
    /// `maxMessageBytes` are refused with RESOURCE_EXHAUSTED before they are held. The handler's
    /// message is valid during the call only.
    package func register(
        unary path: String, maxMessageBytes: Int = Limits.messageBytesMax,
        handler: @escaping (UnaryCall, UnsafeRawBufferPointer) -> Void
    ) {
        insert(Route(path: path, maxMessageBytes: maxMessageBytes, kind: .unary(handler)))
    }

    /// Answers the streaming method `path`, of whatever direction. The handler is called when the
    /// request's headers are there, and sets the stream's callbacks.
    package func register(
        stream path: String, maxMessageBytes: Int = Limits.messageBytesMax,
        handler: @escaping (ServerStream) -> Void
    ) {
        insert(Route(path: path, maxMessageBytes: maxMessageBytes, kind: .stream(handler)))
    }

    /// Answers everything that is not gRPC. Without a handler such requests get 404. Bodies above
    /// `maxBodyBytes` get 413.
    package func http(
        maxBodyBytes: Int = Limits.bodyBytesMax, handler: @escaping (HTTPExchange) -> Void
    ) {
        precondition(httpHandler == nil, "one handler for plain HTTP")
        bodyBytesMax = maxBodyBytes
        httpHandler = handler
    }

    /// Sets another body limit for plain HTTP requests whose path begins with `prefix`; of several
    /// that fit, the first one set counts.
    package func limitBodies(prefix: String, maxBodyBytes: Int) {
        bodyLimits.append((prefix, maxBodyBytes))
    }

    /// Has `POST` requests to `path` go to the plain HTTP handler before their bodies, which it reads as they come
    /// (`HTTPExchange.hasOpenBody`). Such a body has no limit: its reader bounds what it holds.
    package func streamBody(path: String) { streamedPaths.insert(path) }

    func streamsBody(_ method: String, _ path: String) -> Bool {
        method == "POST" && streamedPaths.contains(path)
    }

    func bodyLimit(path: String) -> Int {
        bodyLimits.first { path.hasPrefix($0.prefix) }?.bytes ?? bodyBytesMax
    }

    func route(_ path: UnsafeRawBufferPointer) -> Route? { table.find(path) }

    func unknown(_ path: String) -> GRPCStatus {
        GRPCStatus.unknownPath(path) { services.contains($0) }
    }

    private func insert(_ route: Route) {
        table.insert(route)
        let parts = route.path.split(separator: "/", omittingEmptySubsequences: true)
        services.insert(parts.dropLast().joined(separator: "/"))
    }
}
