internal import Paxos

/// What is durable in one data directory, as the writes tell that reached its disk: the highest promise,
/// and in which ballot each slot was accepted.
struct DurableView {
    private(set) var promised = Ballot.zero
    /// The highest promise in a place of its own: a state batch may run ahead of records that still wait.
    private var recordedPromise = Ballot.zero
    /// By slot, from 1.
    private var accepted: [Ballot?] = []
    private var isLearned: [Bool] = []
    /// Whether the log itself has the decided value: then it may be what a vote without a record rests on.
    private var isFetched: [Bool] = []

    /// Notes the next record, in the order of the log. A sentence if a vote stands behind a higher promise.
    mutating func note(_ record: DurableRecord, isState: Bool) -> String? {
        switch record {
        case .promised(let ballot):
            promised = max(promised, ballot)
            if !isState { recordedPromise = max(recordedPromise, ballot) }
        case .accepted(let value):
            promised = max(promised, value.ballot)
            makeRoom(value.slot)
            let index = Int(value.slot.rawValue) - 1
            accepted[index] = max(accepted[index] ?? .zero, value.ballot)
            if value.ballot < recordedPromise {
                return "\(value.slot) was accepted in \(value.ballot) after a promise of "
                    + "\(recordedPromise)"
            }
            recordedPromise = value.ballot
        case .learned(let slot, _):
            makeRoom(slot)
            isLearned[Int(slot.rawValue) - 1] = true
            isFetched[Int(slot.rawValue) - 1] = true
        case .truncated(let slot):
            // The base has them, durably.
            makeRoom(slot)
            for index in 0..<Int(slot.rawValue) { isLearned[index] = true }
        case .decided, .configuration, .heard: break
        }
        return nil
    }

    /// What a recovery found counts from now on.
    mutating func join(_ state: DurableState) {
        promised = max(promised, state.promised)
        makeRoom(state.decidedUpTo)
        for index in 0..<Int(state.decidedUpTo.rawValue) { isLearned[index] = true }
        for value in state.accepted {
            makeRoom(value.slot)
            let index = Int(value.slot.rawValue) - 1
            accepted[index] = max(accepted[index] ?? .zero, value.ballot)
        }
        for value in state.learned {
            makeRoom(value.slot)
            isLearned[Int(value.slot.rawValue) - 1] = true
        }
    }

    /// All slots up to here were accepted or learned, durably.
    var prefix: Slot {
        let end = accepted.indices.first { accepted[$0] == nil && !isLearned[$0] }
        return Slot(UInt64(end ?? accepted.count))
    }

    /// Whether a vote for the slot in this ballot would be kept.
    func holds(_ slot: Slot, _ ballot: Ballot) -> Bool {
        guard slot > .zero, slot.rawValue <= UInt64(accepted.count) else { return false }
        let index = Int(slot.rawValue) - 1
        return isLearned[index] || accepted[index].map { $0 >= ballot } ?? false
    }

    /// What a recovery must have found again and has not: a sentence, or nil.
    func loss(in state: DurableState) -> String? {
        if state.promised < promised {
            return "the promise of \(promised) was durable, recovered is \(state.promised)"
        }
        for index in accepted.indices {
            let slot = Slot(UInt64(index) + 1)
            guard let ballot = accepted[index], slot > state.decidedUpTo else { continue }
            let isThere =
                state.accepted.contains { $0.slot == slot && $0.ballot >= ballot }
                || state.learned.contains { $0.slot == slot }
            if !isThere { return "\(slot) was accepted in \(ballot), durably, and is gone" }
        }
        return lossOfFetched(in: state)
    }

    private func lossOfFetched(in state: DurableState) -> String? {
        for index in isFetched.indices where isFetched[index] {
            let slot = Slot(UInt64(index) + 1)
            let isThere = slot <= state.decidedUpTo || state.learned.contains { $0.slot == slot }
            if !isThere { return "\(slot) was fetched, durably, and is gone" }
        }
        return nil
    }

    private mutating func makeRoom(_ slot: Slot) {
        while UInt64(accepted.count) < slot.rawValue {
            accepted.append(nil)
            isLearned.append(false)
            isFetched.append(false)
        }
    }
}
