internal import Authentication
package import Transport

/// How requests come and answers go.
extension RESTDoor {
    /// Whether a path belongs to this API.
    package static func owns(_ path: String) -> Bool { path.hasPrefix("/kv/") }

    /// Sets the body limit above ours, so that what is a little too long gets our reason.
    package func register(on router: Router) {
        router.limitBodies(prefix: "/kv/", maxBodyBytes: 2 * requestBytesMax)
    }

    /// Answers one request below `/kv/`.
    package func answer(_ exchange: HTTPExchange) {
        if exchange.path == Self.watchPath { return answerWatch(exchange) }
        let request = RESTRequest(
            method: exchange.method, path: exchange.path, query: Array(exchange.query.utf8),
            body: exchange.body, accept: exchange.header("accept"),
            readToken: exchange.header(ReadToken.headerName),
            idempotencyKey: exchange.header("idempotency-key"), bearer: Bearer(exchange))
        handle(request) { response in
            let headers = response.headers.map { ($0.name, $0.value) }
            exchange.respond(
                status: response.status,
                headers: [("content-type", response.contentType)] + headers,
                body: response.body)
        }
    }
}
