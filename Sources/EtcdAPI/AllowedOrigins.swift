internal import Transport

/// `--cors`: which web pages' scripts may read answers of this door.
struct AllowedOrigins {
    private let origins: Set<String>

    /// - Parameter origins: as browsers write them; `*` stands for all, none for none.
    init(_ origins: [String]) { self.origins = Set(origins) }

    /// Adds the headers that a browser looks for.
    func mark(_ exchange: HTTPExchange) {
        if origins.contains("*") { return add("*", to: exchange) }
        guard let origin = exchange.header("origin"), origins.contains(origin) else { return }
        add(origin, to: exchange)
    }

    /// Whether a request for a WebSocket may go on; if not, it is answered. Browsers ask nobody before they open one,
    /// and let any page read what comes.
    func admitWebSocket(_ exchange: HTTPExchange) -> Bool {
        guard exchange.asksForWebSocket, !origins.contains("*"),
            let origin = exchange.header("origin"), !origins.contains(origin)
        else { return true }
        // A page that this address served itself.
        let own = (exchange.isSecure ? "https://" : "http://") + exchange.authority
        if origin.lowercased() == own.lowercased() { return true }
        exchange.respond(
            status: 403, headers: [("content-type", "text/plain; charset=utf-8")],
            body: Array("pages of this origin may open no websocket here (--cors)\n".utf8))
        return false
    }

    private func add(_ origin: String, to exchange: HTTPExchange) {
        exchange.furtherHeaders = [
            ("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE"),
            ("access-control-allow-origin", origin),
            ("access-control-allow-headers", "accept, content-type, authorization"),
        ]
    }
}
