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
        if Self.isOwn(origin, exchange) { return true }
        Self.refuse(exchange, "pages of this origin may open no websocket here (--cors)")
        return false
    }

    /// Whether an order for a door that is for no page may go on, whatever `--cors` says; if not, it is answered. A
    /// browser sends a page's form without asking anybody, and the page need not read what comes.
    func admitNoPage(_ exchange: HTTPExchange) -> Bool {
        guard exchange.method == "POST", let origin = exchange.header("origin"),
            !Self.isOwn(origin, exchange)
        else { return true }
        Self.refuse(exchange, "web pages give no orders here")
        return false
    }

    /// A page that this address served itself.
    private static func isOwn(_ origin: String, _ exchange: HTTPExchange) -> Bool {
        let own = (exchange.isSecure ? "https://" : "http://") + exchange.authority
        return origin.lowercased() == own.lowercased()
    }

    private static func refuse(_ exchange: HTTPExchange, _ reason: String) {
        exchange.respond(
            status: 403, headers: [("content-type", "text/plain; charset=utf-8")],
            body: Array("\(reason)\n".utf8))
    }

    private func add(_ origin: String, to exchange: HTTPExchange) {
        exchange.furtherHeaders = [
            ("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE"),
            ("access-control-allow-origin", origin),
            ("access-control-allow-headers", "accept, content-type, authorization"),
        ]
    }
}
