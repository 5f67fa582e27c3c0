internal import Authentication
internal import EtcdMessages
internal import StateMachine
internal import Transport

/// Who asks, and what they may do, while users count.
extension RESTDoor {
    /// Runs `body` for a request of somebody who may ask at all; else the request is answered.
    func admit(
        _ request: RESTRequest, _ respond: @escaping Respond, _ body: @escaping () -> Void
    ) {
        guard keeper.isOn else { return body() }
        keeper.ask(request.bearer) { _, _ throws(KVError) in
        } then: { refusal in
            if let refusal { return respond(RESTResponse(RESTFailure(refusal))) }
            body()
        }
    }

    /// On whose behalf a request's command runs; nil while nobody has to say so.
    func credentials(of request: RESTRequest) throws(RESTFailure) -> Credentials? {
        guard keeper.isOn else { return nil }
        do throws(AccessError) {
            guard let access = try keeper.access(of: request.bearer) else {
                throw .refused(.userEmpty)
            }
            return keeper.credentials(of: access)
        } catch {
            throw RESTFailure(error)
        }
    }

    /// Why the user of a request may not read a range of the state as it is here; nil if it may.
    func refusal(of request: RESTRequest, _ range: RangeRequest) -> RESTFailure? {
        guard keeper.isOn else { return nil }
        return keeper.refusal(request.bearer) { rights, _ throws(KVError) in
            try rights.require(range)
        }.map { RESTFailure($0) }
    }
}

extension RESTFailure {
    /// Somebody who is not let in.
    init(_ error: AccessError) {
        switch error {
        case .invalidToken:
            self = RESTFailure(
                status: 401, reason: "the token is not valid (any more): log in again",
                isOfThisTry: true)
        case .refused(let error): self.init(error)
        }
    }
}

extension Bearer {
    init(_ exchange: HTTPExchange) {
        self.init(token: nil, authorization: exchange.header("authorization"))
    }
}
