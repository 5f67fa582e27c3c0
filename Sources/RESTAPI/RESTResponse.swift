/// One HTTP answer.
struct RESTResponse: Equatable {
    struct Header: Equatable {
        let name: String
        let value: String
    }

    var status: Int
    var contentType: String
    var headers: [Header] = []
    var body: [UInt8]

    /// A value as it is stored.
    static func raw(_ value: [UInt8]) -> RESTResponse {
        RESTResponse(status: 200, contentType: "application/octet-stream", body: value)
    }

    /// A JSON object.
    static func json(status: Int = 200, _ object: JSONObject) -> RESTResponse {
        RESTResponse(
            status: status, contentType: "application/json", body: object.finished())
    }

    /// The reason of a failure as JSON, with the headers that tell clients what to do.
    init(_ failure: RESTFailure) {
        var object = JSONObject()
        object.add("error", text: failure.reason)
        if !failure.isDefinite { object.add("outcome", text: "unknown") }
        self = .json(status: failure.status, object)
        if !failure.isDefinite { add("x-synod-outcome", "unknown") }
        if failure.isOfThisTry { add("x-synod-outcome", "none") }
        if failure.status == 503 { add("retry-after", "\(Limits.retryAfterSeconds)") }
        if let allowed = failure.allowedMethods { add("allow", allowed) }
    }

    private init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    mutating func add(_ name: String, _ value: String) {
        headers.append(Header(name: name, value: value))
    }
}
