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

    private func add(_ origin: String, to exchange: HTTPExchange) {
        exchange.furtherHeaders = [
            ("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE"),
            ("access-control-allow-origin", origin),
            ("access-control-allow-headers", "accept, content-type, authorization"),
        ]
    }
}
