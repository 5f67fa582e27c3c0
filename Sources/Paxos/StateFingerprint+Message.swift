/// The messages that decide about slots. The others (probes, heartbeats, reads, forwarded bundles) count by
/// their kind only: whoever explores histories with fingerprints leaves them out.
extension StateFingerprint {
    /// Adds a message.
    public mutating func add(_ message: Message) {
        switch message {
        case .prepare(let prepare): add(prepare)
        case .promise(let promise): add(promise)
        case .accept(let accept): add(accept)
        case .accepted(let accepted): add(accepted)
        case .reject(let reject): add(reject)
        case .decide(let decide): add(decide)
        case .catchUpRequest(let request): add(request)
        case .catchUpValues(let values): add(values)
        case .takeOver(let order):
            add(UInt64(9))
            add(order.ballot)
        case .removed(let removed):
            add(UInt64(11))
            add(removed.slot)
        case .retire(let retire):
            add(UInt64(12))
            add(retire.slot)
        case .probe, .probeAnswer, .heartbeat, .heartbeatAnswer, .readRound, .readRoundAnswer,
            .readRequest, .readAnswer, .forward, .host:
            add(UInt64(10))
        }
    }

    private mutating func add(_ prepare: Message.Prepare) {
        add(UInt64(1))
        add(prepare.ballot)
        add(prepare.fromSlot)
    }

    private mutating func add(_ promise: Message.Promise) {
        add(UInt64(2))
        add(promise.ballot)
        add(promise.fromSlot)
        add(promise.truncatedUpTo)
        add(promise.decidedUpTo)
        add(promise.highestAccepted)
        add(UInt64(promise.chunk))
        add(promise.isLast)
        for value in promise.values { add(value) }
    }

    private mutating func add(_ accept: Message.Accept) {
        add(UInt64(3))
        add(accept.ballot)
        add(accept.slot)
        add(accept.decidedUpTo)
        add(accept.value)
    }

    private mutating func add(_ accepted: Message.Accepted) {
        add(UInt64(4))
        add(accepted.ballot)
        add(accepted.first)
        add(accepted.last)
    }

    private mutating func add(_ reject: Message.Reject) {
        add(UInt64(5))
        add(reject.ballot)
        add(reject.promised)
        add(reject.knowsLiveLeader)
    }

    private mutating func add(_ decide: Message.Decide) {
        add(UInt64(6))
        add(decide.ballot)
        add(decide.upTo)
    }

    private mutating func add(_ request: Message.CatchUpRequest) {
        add(UInt64(7))
        add(request.fromSlot)
        add(UInt64(request.bytesMax))
    }

    private mutating func add(_ answer: Message.CatchUpValues) {
        add(UInt64(8))
        add(answer.fromSlot)
        add(answer.decidedUpTo)
        add(answer.truncatedUpTo)
        for value in answer.values { add(value) }
    }
}
