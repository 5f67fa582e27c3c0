internal import Transport

/// What a request for a WebSocket says for the request that it becomes. A script in a browser can set no header but
/// the name of a subprotocol, so etcd's proxy takes a token from there: `Sec-WebSocket-Protocol: Bearer, TOKEN`.
struct GatewayHandshake {
    private static let scheme = "Bearer"

    /// Of the request.
    let headers: [(String, String)]
    /// The subprotocol that the client is told; browsers go no further without one that they asked for.
    let subprotocol: String?

    init(_ exchange: HTTPExchange) {
        let asked = exchange.header("sec-websocket-protocol") ?? ""
        let isToken = asked.hasPrefix(Self.scheme)
        subprotocol = isToken ? Self.scheme : nil
        guard isToken, let comma = asked.firstIndex(of: ",") else {
            headers = exchange.headers
            return
        }
        let token = asked[asked.index(after: comma)...].filter { $0 != " " && $0 != "\t" }
        headers =
            exchange.headers.filter { $0.0 != "authorization" }
            + [("authorization", "\(Self.scheme) \(token)")]
    }
}
