/// Why a REST request is not answered with what it asked for.
struct RESTFailure: Error, Equatable {
    /// The HTTP status.
    let status: Int
    /// The reason, for people.
    let reason: String
    /// Whether a write has certainly not run and never will.
    let isDefinite: Bool
    /// It did not run, but an earlier try with the same idempotency key may have.
    let isOfThisTry: Bool
    /// What the path allows, for 405.
    let allowedMethods: String?

    init(
        status: Int, reason: String, isDefinite: Bool = true, isOfThisTry: Bool = false,
        allowedMethods: String? = nil
    ) {
        self.status = status
        self.reason = reason
        self.isDefinite = isDefinite
        self.isOfThisTry = isOfThisTry
        self.allowedMethods = allowedMethods
    }

    static func badRequest(_ reason: String) -> RESTFailure {
        RESTFailure(status: 400, reason: reason)
    }

    /// A refusal that says nothing of earlier tries.
    static func ofThisTry(_ status: Int, _ reason: String) -> RESTFailure {
        RESTFailure(status: status, reason: reason, isOfThisTry: true)
    }

    static func keyNotFound() -> RESTFailure {
        RESTFailure(status: 404, reason: "the key does not exist")
    }

    static func keyExists() -> RESTFailure {
        RESTFailure(status: 409, reason: "the key exists already")
    }

    static func methodNotAllowed(_ allowed: String) -> RESTFailure {
        RESTFailure(
            status: 405, reason: "this path takes \(allowed) only", allowedMethods: allowed)
    }

    static func tooLarge(limitBytes: Int) -> RESTFailure {
        RESTFailure(status: 413, reason: "the request is larger than \(limitBytes) bytes")
    }

    static func unavailable(_ reason: String) -> RESTFailure {
        RESTFailure(status: 503, reason: reason)
    }

    /// The write may have run, or may still run.
    static func outcomeUnknown(_ reason: String) -> RESTFailure {
        RESTFailure(status: 504, reason: reason, isDefinite: false)
    }
}
