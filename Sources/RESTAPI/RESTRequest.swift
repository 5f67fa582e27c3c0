internal import Authentication

/// One HTTP request, as far as this API looks at it.
struct RESTRequest {
    /// `GET`, `POST`, …
    let method: String
    /// The target up to `?`.
    let path: String
    /// The target behind `?`; may be empty.
    let query: [UInt8]
    let body: [UInt8]
    /// The header `Accept`.
    let accept: String?
    /// The header `X-Synod-Read-Token`.
    let readToken: String?
    /// The header `Idempotency-Key`.
    let idempotencyKey: String?
    /// Who asks, by the header `Authorization`.
    let bearer: Bearer

    init(
        method: String, path: String, query: [UInt8] = [], body: [UInt8] = [],
        accept: String? = nil, readToken: String? = nil, idempotencyKey: String? = nil,
        bearer: Bearer = Bearer(token: nil)
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.accept = accept
        self.readToken = readToken
        self.idempotencyKey = idempotencyKey
        self.bearer = bearer
    }

    /// Whether the client asks for JSON where the plain answer is a raw value.
    var wantsJSON: Bool { accept?.lowercased().contains("application/json") ?? false }
}
