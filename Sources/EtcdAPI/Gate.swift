internal import Authentication
internal import EtcdMessages
internal import Replication
internal import StateMachine
internal import Transport

/// Lets calls in, each to what its user may do.
final class Gate {
    typealias Method = (UnsafeRawBufferPointer, Caller) -> Void

    let keeper: Gatekeeper
    private let replica: Replica
    private let operationsMax: Int
    /// Of calls that are asked for again when this node has caught up.
    let asked = AskedBytes()

    /// - Parameter operationsMax: of a transaction.
    init(_ keeper: Gatekeeper, replica: Replica, operationsMax: Int) {
        (self.keeper, self.replica) = (keeper, replica)
        self.operationsMax = operationsMax
    }

    /// Whether calls need a user: while none does, this is all that is asked.
    var isOn: Bool { replica.machine.auth.isEnabled }

    /// Runs a method for a caller who may call it; else the call is answered.
    func admit(
        _ caller: Caller, _ admission: Admission, _ message: UnsafeRawBufferPointer,
        _ method: @escaping Method
    ) {
        let right = admission.right
        if right == .anyone { return method(message, caller) }
        if let access = knownAccess(of: caller),
            keeper.refusal(access, { rights, _ throws(KVError) in try right.require(rights) })
                == nil
        {
            return method(message, caller)
        }
        let bearer = caller.bearer
        let refusal = keeper.refusal(bearer) { rights, _ throws(KVError) in
            try right.require(rights)
        }
        guard let refusal else { return method(message, caller) }
        let answer = admission.refusal(
            CallFailure(refusal), of: message, operationsMax: operationsMax)
        if keeper.isFinal(refusal) || !asked.hold(message.count) { return caller.fail(answer) }
        // This node may lag: its word counts when it has caught up.
        let copy = [UInt8](message)
        keeper.ask(bearer) { rights, _ throws(KVError) in
            try right.require(rights)
        } then: { [self] refusal in
            asked.release(copy.count)
            guard caller.isWaiting else { return }
            copy.withUnsafeBytes { message in
                guard let refusal else { return method(message, caller) }
                caller.fail(
                    admission.refusal(
                        CallFailure(refusal), of: message, operationsMax: operationsMax))
            }
        }
    }

    /// The same for a stream.
    func admit(
        _ caller: StreamCaller, _ right: RPCRight, _ method: @escaping (StreamCaller) -> Void
    ) {
        // What streams may do is asked for each of their messages.
        if right == .anyone || right == .byRequest || !isOn { return method(caller) }
        let held = HeldMessages(caller, asked)
        keeper.ask(caller.bearer) { rights, _ throws(KVError) in
            try right.require(rights)
        } then: { refusal in
            if let refusal { return caller.finish(CallFailure(refusal).status) }
            held.deliver(to: method)
        }
    }

    /// Who makes a call, if its token was said lately and is still good: most calls, and nothing is copied for them.
    private func knownAccess(of caller: Caller) -> Access? {
        guard case .grpc(let call, _) = caller, let token = call.metadataBytes("token") else {
            return nil
        }
        return keeper.knownAccess(token)
    }

    /// Whether a caller may do something here and now; if not, the call is answered.
    func permits(
        _ caller: Caller, _ require: (UserRights, Access) throws(KVError) -> Void
    ) -> Bool {
        guard isOn else { return true }
        let answer: AccessError?
        if let access = knownAccess(of: caller) {
            answer = keeper.refusal(access, require)
        } else {
            answer = keeper.refusal(caller.bearer, require)
        }
        guard let refusal = answer else { return true }
        caller.fail(CallFailure(refusal))
        return false
    }

    /// On whose behalf a caller's command runs; nil while nobody has to say so.
    func credentials(of caller: Caller) throws(CallFailure) -> Credentials? {
        guard isOn else { return nil }
        if let access = knownAccess(of: caller) { return keeper.credentials(of: access) }
        do throws(AccessError) {
            guard let access = try keeper.access(of: caller.bearer) else {
                throw .refused(.userEmpty)
            }
            return keeper.credentials(of: access)
        } catch {
            throw CallFailure(error)
        }
    }
}

extension CallFailure {
    /// Somebody who was not let in.
    init(_ error: AccessError) {
        switch error {
        case .invalidToken: self.init(EtcdError.invalidToken.status, .notDone)
        case .refused(let error): self.init(error, isInSession: true)
        }
    }
}
