internal import Authentication
internal import EtcdMessages
internal import Replication
internal import StateMachine

/// Lets calls in, each to what its user may do.
final class Gate {
    typealias Method = (UnsafeRawBufferPointer, Caller) -> Void

    let keeper: Gatekeeper
    private let replica: Replica

    init(_ keeper: Gatekeeper, replica: Replica) {
        (self.keeper, self.replica) = (keeper, replica)
    }

    /// Whether calls need a user: while none does, this is all that is asked.
    var isOn: Bool { replica.machine.auth.isEnabled }

    /// Runs a method for a caller who may call it; else the call is answered.
    func admit(
        _ caller: Caller, _ right: RPCRight, _ message: UnsafeRawBufferPointer,
        _ method: @escaping Method
    ) {
        if right == .anyone { return method(message, caller) }
        let bearer = caller.bearer
        let refusal = keeper.refusal(bearer) { rights, _ throws(KVError) in
            try right.require(rights)
        }
        guard let refusal else { return method(message, caller) }
        if refusal == .refused(.userEmpty) { return caller.fail(CallFailure(refusal)) }
        // This node may lag: its word counts when it has caught up.
        let copy = [UInt8](message)
        keeper.ask(bearer) { rights, _ throws(KVError) in
            try right.require(rights)
        } then: { refusal in
            if let refusal { return caller.fail(CallFailure(refusal)) }
            copy.withUnsafeBytes { method($0, caller) }
        }
    }

    /// The same for a stream.
    func admit(
        _ caller: StreamCaller, _ right: RPCRight, _ method: @escaping (StreamCaller) -> Void
    ) {
        // What streams may do is asked for each of their messages.
        if right == .anyone || right == .byRequest || !isOn { return method(caller) }
        let held = HeldMessages(caller)
        keeper.ask(caller.bearer) { rights, _ throws(KVError) in
            try right.require(rights)
        } then: { refusal in
            if let refusal { return caller.finish(CallFailure(refusal).status) }
            held.deliver(to: method)
        }
    }

    /// Whether a caller may do something here and now; if not, the call is answered.
    func permits(
        _ caller: Caller, _ require: (UserRights, Access) throws(KVError) -> Void
    ) -> Bool {
        guard isOn else { return true }
        guard let refusal = keeper.refusal(caller.bearer, require) else { return true }
        caller.fail(CallFailure(refusal))
        return false
    }

    /// On whose behalf a caller's command runs; nil while nobody has to say so.
    func credentials(of caller: Caller) throws(CallFailure) -> Credentials? {
        guard isOn else { return nil }
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
