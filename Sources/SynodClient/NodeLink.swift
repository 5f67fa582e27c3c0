internal import EventLoops
internal import GRPC
internal import Transport

/// One node: a connection to it, made when it is needed. On the loop.
final class NodeLink {
    let endpoint: Endpoint
    private let loop: EventLoop
    private let security: LinkSecurity
    private let connectTimeoutMilliseconds: UInt64
    private var connection: ClientConnection?

    init(
        endpoint: Endpoint, loop: EventLoop, security: LinkSecurity,
        configuration: ClientConfiguration
    ) {
        self.endpoint = endpoint
        self.loop = loop
        self.security = security
        connectTimeoutMilliseconds = configuration.connectTimeoutMilliseconds
    }

    /// Sends one request, with its number in a session if it has one. The completion is called once,
    /// later.
    func call(
        _ order: CallOrder, ticket: WriteTicket?, token: String?, timeoutMilliseconds: UInt64,
        completion: @escaping (Result<[UInt8], ClientError>) -> Void
    ) -> ClientCall {
        let endpoint = endpoint
        let connection = usableConnection()
        connection.token = token
        return connection.unary(
            order.path, order.request, metadata: Self.metadata(order, ticket),
            timeoutMilliseconds: timeoutMilliseconds
        ) { result in
            completion(result.mapError { ClientError($0, endpoint) })
        }
    }

    private static func metadata(
        _ order: CallOrder, _ ticket: WriteTicket?
    ) -> [(String, String)] {
        // etcd's way to say so.
        var metadata = order.needsLeader ? [("hasleader", "true")] : []
        if let ticket { metadata.append(("synod-session", ticket.text)) }
        return metadata
    }

    func close() {
        connection?.close()
        connection = nil
    }

    private func usableConnection() -> ClientConnection {
        if let connection, connection.acceptsCalls { return connection }
        var settings = security.settings(for: endpoint)
        settings.connectMilliseconds = connectTimeoutMilliseconds
        settings.messageBytesMax = Limits.responseBytesMax
        let made = ClientConnection(loop: loop, configuration: settings)
        connection = made
        return made
    }
}

extension ClientError {
    /// What our servers put beside a status whose code alone does not say whether a write ran.
    private static let outcome = "synod-outcome"

    /// A call that failed at `endpoint`.
    init(_ failure: GRPCFailure, _ endpoint: Endpoint) {
        let code = Code(rawValue: failure.code.rawValue) ?? .unknown
        let outcome = failure.trailers.first(where: { $0.0 == Self.outcome })?.1
        let isDefinite =
            switch outcome {
            case "unknown"?: false
            case "none"?, "never"?: true
            default:
                !failure.wasSent
                    || failure.isOfServer && RetryPolicy.isDefinite(code, failure.message)
            }
        self.init(
            code: code, message: failure.message, endpoint: endpoint, isDefinite: isDefinite)
        isForAllTries = outcome == "never"
    }
}
