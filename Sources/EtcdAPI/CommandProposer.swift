internal import EtcdMessages
internal import Replication
internal import StateMachine

/// Takes a checked command to the replica and its outcome to the caller: the one way of all writes.
final class CommandProposer {
    let replica: Replica
    private let gate: Gate
    private let requestBytesMax: Int

    init(replica: Replica, gate: Gate, options: EtcdDoorOptions) {
        self.replica = replica
        self.gate = gate
        requestBytesMax = options.requestBytesMax
    }

    /// Proposes the request's bytes as they came, and answers with the outcome's own message.
    func propose(_ kind: CommandKind, _ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard request.count <= requestBytesMax else {
            return caller.fail(CallFailure(EtcdError.requestTooLarge))
        }
        var session: ClientSession?
        if let text = caller.sessionText {
            session = ClientSession(text)
            if session == nil { return caller.fail(.malformedSession) }
        }
        let credentials: Credentials?
        do throws(CallFailure) {
            credentials = try gate.credentials(of: caller)
        } catch {
            return caller.fail(error)
        }
        replica.propose(
            kind, session: session, credentials: credentials, request: request
        ) { [self] result in
            switch result {
            case .applied(.failed(let error)):
                caller.fail(CallFailure(error, isInSession: session != nil))
            case .applied(let outcome): answer(outcome, caller)
            case .refused(let refusal): caller.fail(CallFailure(refusal))
            case .unknown(let cause): caller.fail(CallFailure(cause))
            }
        }
    }

    /// Adds to the message what differs between members, and sends it.
    private func answer(_ outcome: Outcome, _ caller: Caller) {
        switch outcome {
        case .put(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .deleteRange(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .txn(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .compaction(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .readModifyWrite(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .registerSession(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .alarm(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .leaseGrant(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .leaseRevoke(var response):
            response.header.sign(by: replica)
            caller.send(response)
        case .quotaSet, .digestReported, .leasesExpired, .auth:
            preconditionFailure("no client proposes this")
        case .failed(let error):
            caller.fail(CallFailure(error))
        }
    }
}
