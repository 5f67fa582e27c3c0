internal import Basics

/// Linearizable reads of this node's clients: those of one loop turn share one number, one read round
/// confirms many numbers, and each waits until the slot it was told is applied (P17).
struct ReadQueue {
    typealias Completion = (ReadResult) -> Void

    private struct Group {
        let number: UInt64
        let deadlineMilliseconds: UInt64
        /// Known once a round has confirmed it.
        var slot: UInt64?
        /// Another leader came while it was not.
        var sawChange = false
        var completions: [Completion]

        var delay: ReadDelay {
            if slot != nil { return .applying }
            return sawChange ? .leaderChanged : .confirmation
        }
    }

    private var arriving: [Completion] = []
    private var groups = RingBuffer<Group>(capacity: 16)
    /// The number of the newest group.
    private(set) var lastNumber: UInt64 = 0

    private(set) var waitingCount = 0
    /// Whether a read came since the last group was closed.
    var hasArriving: Bool { !arriving.isEmpty }

    mutating func add(_ completion: @escaping Completion) {
        arriving.append(completion)
        waitingCount += 1
    }

    /// Closes the group of this turn and gives its number; nil if no read came.
    mutating func closeGroup(deadlineMilliseconds: UInt64) -> UInt64? {
        guard !arriving.isEmpty else { return nil }
        lastNumber += 1
        let group = Group(
            number: lastNumber, deadlineMilliseconds: deadlineMilliseconds, slot: nil,
            completions: arriving)
        groups.append(group)
        arriving.removeAll(keepingCapacity: true)
        return lastNumber
    }

    /// The reads up to `number` may be answered once `slot` is applied.
    mutating func confirm(upTo number: UInt64, slot: UInt64) {
        for position in 0..<groups.count {
            if groups[position].number > number { return }
            if groups[position].slot == nil { groups[position].slot = slot }
        }
    }

    /// The completions that may run now that `appliedSlot` is applied.
    mutating func takeReady(appliedSlot: UInt64) -> [Completion] {
        var ready: [Completion] = []
        while let group = groups.first, let slot = group.slot, slot <= appliedSlot {
            ready = ready.isEmpty ? group.completions : ready + group.completions
            groups.popFirst()
        }
        waitingCount -= ready.count
        return ready
    }

    /// A leader has come; who waits for a leader's word was perhaps asking the one before.
    mutating func noteLeader() {
        for position in 0..<groups.count where groups[position].slot == nil {
            groups[position].sawChange = true
        }
    }

    /// The completions whose time is over, and what they waited for.
    mutating func takeExpired(
        nowMilliseconds: UInt64
    ) -> [(completion: Completion, delay: ReadDelay)] {
        var expired: [(completion: Completion, delay: ReadDelay)] = []
        while let group = groups.first, group.deadlineMilliseconds <= nowMilliseconds {
            let delay = group.delay
            expired += group.completions.map { ($0, delay) }
            groups.popFirst()
        }
        waitingCount -= expired.count
        return expired
    }

    /// Everything that waits, because the process ends.
    mutating func takeAll() -> [Completion] {
        var all = arriving
        arriving.removeAll()
        while let group = groups.popFirst() { all += group.completions }
        waitingCount = 0
        return all
    }
}
