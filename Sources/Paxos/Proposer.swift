/// Phase 1: one Prepare for all slots from the first undecided one; gathers promises, and knows per slot the
/// accepted value of the highest ballot.
///
/// Invariants: only complete promises of voters count (P2, P8); a slot that a promise calls truncated is
/// decided elsewhere, never "nothing"; nothing is proposed before this replica knows every decision that a
/// counted promise has told of.
struct Proposer: Sendable {
    /// The chunks of one voter's promise so far.
    private struct Gathering: Sendable {
        var truncatedUpTo = Slot.zero
        var decidedUpTo = Slot.zero
        var seen: [Bool] = []
        var seenCount = 0
        var chunkCount: Int?

        var isComplete: Bool { chunkCount == seenCount }

        /// Whether a chunk of this answer belongs to what was gathered. Between two answers to one Prepare
        /// only the decided prefix can have moved; chunks of different cuts must not be mixed.
        func matches(_ promise: Message.Promise) -> Bool {
            truncatedUpTo == promise.truncatedUpTo && decidedUpTo == promise.decidedUpTo
        }

        /// Notes a chunk; false if it was seen before or makes no sense.
        mutating func note(_ promise: Message.Promise) -> Bool {
            guard promise.chunk < Limits.promiseChunksMax else { return false }
            let index = Int(promise.chunk)
            if let chunkCount, index >= chunkCount { return false }
            while seen.count <= index { seen.append(false) }
            guard !seen[index] else { return false }
            seen[index] = true
            seenCount += 1
            if promise.isLast { chunkCount = index + 1 }
            return true
        }
    }

    // MARK: State

    let ballot: Ballot
    /// The Prepare asks for all slots from here on.
    let fromSlot: Slot
    /// The box with the candidate's own promise; the Prepare travels in it (P3).
    let ownBox: UInt64
    private var gatherings: [Gathering]
    private(set) var promises = VoteSet()
    /// Per slot the accepted value of the highest ballot that a promise told of.
    private var best: SlotRing<AcceptedValue>
    /// The highest decided mark in any promise.
    private(set) var decidedUpTo = Slot.zero
    /// When the candidate gives up, in running milliseconds; progress moves it.
    var deadline: UInt64
    private let injectedBug: PaxosBug?

    init(
        ballot: Ballot, fromSlot: Slot, ownBox: UInt64, voterCount: Int, deadline: UInt64,
        injectedBug: PaxosBug? = nil
    ) {
        self.injectedBug = injectedBug
        self.ballot = ballot
        self.fromSlot = fromSlot
        self.ownBox = ownBox
        self.deadline = deadline
        gatherings = Array(repeating: Gathering(), count: voterCount)
        best = SlotRing(base: fromSlot.previous)
    }

    // MARK: Inputs

    /// A chunk of a voter's promise. Gives back whether it was new.
    mutating func receive(_ promise: Message.Promise, voter: Int) -> Bool {
        guard promise.ballot == ballot, !gatherings[voter].isComplete else { return false }
        if !gatherings[voter].matches(promise) {
            let isOlder = promise.decidedUpTo < gatherings[voter].decidedUpTo
            if isOlder && gatherings[voter].seenCount > 0 { return false }
            gatherings[voter] = Gathering()
            gatherings[voter].truncatedUpTo = promise.truncatedUpTo
            gatherings[voter].decidedUpTo = promise.decidedUpTo
        }
        let decided =
            injectedBug == .truncatedTakenForEmpty
            ? .zero : max(promise.decidedUpTo, promise.truncatedUpTo)
        guard isWellFormed(promise, decided: decided), gatherings[voter].note(promise) else {
            return false
        }
        decidedUpTo = max(decidedUpTo, decided)
        // What is decided elsewhere is fetched, not proposed.
        best.drop(upTo: decided)
        for value in promise.values { merge(value) }
        if gatherings[voter].isComplete || injectedBug == .lastPromiseChunkLost {
            promises.insert(voter)
        }
        return true
    }

    /// The learner's prefix moved: slots up to it need no proposal.
    mutating func pass(upTo slot: Slot) { best.drop(upTo: slot) }

    // MARK: Rules

    /// The last slot that any promise told of.
    var highestAccepted: Slot { best.last }

    /// Whether anybody of those who promised has accepted something there.
    func knows(_ slot: Slot) -> Bool { best[slot] != nil }

    /// What to propose for an open slot: the value of the highest ballot, or nothing happened there (P8).
    func value(for slot: Slot) -> Value { best[slot]?.value ?? .noOperation }

    /// No acceptor has a value of this ballot yet, nor one further above its own decided prefix than it
    /// accepts. A chunk that says so is not counted at all: a value left out could be a decided one.
    private func isWellFormed(_ promise: Message.Promise, decided: Slot) -> Bool {
        promise.values.allSatisfy {
            $0.ballot < ballot && $0.slot.distance(after: decided) <= Limits.acceptedSlotsMax
        }
    }

    private mutating func merge(_ value: AcceptedValue) {
        guard value.slot > best.base else { return }
        if let known = best[value.slot],
            known.ballot >= value.ballot || injectedBug == .lowerBallotValueProposed
        {
            return
        }
        best.set(value.slot, value)
    }

    /// For fingerprints: what the promises have told so far.
    func add(to fingerprint: inout StateFingerprint) {
        fingerprint.add(promises.bits)
        fingerprint.add(decidedUpTo)
        for gathering in gatherings {
            fingerprint.add(gathering.truncatedUpTo)
            fingerprint.add(gathering.decidedUpTo)
            fingerprint.add(UInt64(gathering.chunkCount ?? 0))
            for isSeen in gathering.seen { fingerprint.add(isSeen) }
        }
        fingerprint.add(best.base)
        var slot = best.base
        while slot < best.last {
            slot = slot.next
            if let value = best[slot] { fingerprint.add(value) }
        }
    }
}
