internal import Observability
internal import Replication

extension Replica {
    /// Goes on when this node has applied everything that was decided when the call came; else the call is answered.
    func afterRead(_ caller: Caller, _ body: @escaping () -> Void) {
        read { [metrics] result in
            switch result {
            case .ready:
                metrics.linearizableReads.increment()
                body()
            case .refused(let refusal): caller.fail(CallFailure(refusal))
            case .timedOut(let delay): caller.fail(CallFailure(delay))
            }
        }
    }
}
