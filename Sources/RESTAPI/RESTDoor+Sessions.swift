internal import EtcdMessages
internal import Protobuf
internal import StateMachine

/// Sessions: what makes the retries of a write execute once.
extension RESTDoor {
    /// Makes a session, whose number is the first half of idempotency keys.
    func registerSession(
        _ request: RESTRequest, _ respond: @escaping Respond
    ) throws(RESTFailure) {
        guard request.idempotencyKey == nil else {
            throw .badRequest("a session is registered without an idempotency key")
        }
        let register = RegisterSessionRequest()
        try propose(.registerSession, register.serializedBytes(), of: request, respond) { outcome in
            guard case .registerSession(let answer) = outcome else { return nil }
            var object = JSONObject()
            object.add("session", number: Int64(answer.session))
            object.add("window", number: Int64(answer.window))
            object.add("idle_seconds", number: Int64(answer.idleMilliseconds / 1000))
            return .json(object)
        }
    }
}

extension RESTRequest {
    /// The client's own number of the write; nil if it gives none.
    func session() throws(RESTFailure) -> ClientSession? {
        guard let idempotencyKey else { return nil }
        guard let session = ClientSession(idempotencyKey) else {
            throw .badRequest(
                "the idempotency key must be SESSION-SEQUENCE, two whole numbers above 0; "
                    + "POST /kv/session gives the session")
        }
        return session
    }
}
