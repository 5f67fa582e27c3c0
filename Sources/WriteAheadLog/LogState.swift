package import Paxos

/// What a state batch says about a group: a fold over records that never shrinks.
package struct LogState: Equatable, Sendable {
    package private(set) var promised = Ballot.zero
    package private(set) var truncatedUpTo = Slot.zero
    /// The configuration that the cluster began with, the one that governs after the truncated slots, and all
    /// later ones, in slot order: which of them govern is known when the decided prefix is.
    package private(set) var configurations: [GoverningMembership] = []
    /// What each life of each peer was heard to say, oldest acquaintance first.
    package private(set) var heard: [PeerMemory] = []

    package init() {}

    mutating func note(_ record: DurableRecord) {
        switch record {
        case .promised(let ballot): promised = max(promised, ballot)
        case .accepted(let accepted): promised = max(promised, accepted.ballot)
        case .truncated(let upTo):
            truncatedUpTo = max(truncatedUpTo, upTo)
            dropConfigurations()
        case .configuration(let slot, let membership):
            note(GoverningMembership(slot: slot, membership: membership))
        case .heard(let memory): note(memory)
        case .decided, .learned: break
        }
    }

    private mutating func note(_ configured: GoverningMembership) {
        // A log that begins above a store hears later than that what the cluster began with.
        if configured.slot == .zero, let first = configurations.first, first.slot > .zero {
            return configurations.insert(configured, at: 0)
        }
        if let newest = configurations.last, newest.slot > configured.slot { return }
        configurations.removeAll { $0.slot == configured.slot }
        configurations.append(configured)
        dropConfigurations()
    }

    /// What is truncated is decided: of the configurations up to there only the last one can govern. What the
    /// cluster began with stays: its identity comes from that, and newcomers begin with it.
    private mutating func dropConfigurations() {
        guard let governing = configurations.last(where: { $0.slot <= truncatedUpTo }) else {
            return
        }
        configurations.removeAll { $0.slot > .zero && $0.slot < governing.slot }
    }

    private mutating func note(_ memory: PeerMemory) {
        let index = heard.firstIndex {
            $0.replica == memory.replica && $0.incarnation == memory.incarnation
        }
        guard let index else {
            if heard.count == Limits.heardPeers { heard.removeFirst() }
            return heard.append(memory)
        }
        let known = heard[index]
        heard[index] = PeerMemory(
            replica: memory.replica, incarnation: memory.incarnation,
            start: memory.start.boot >= known.start.boot ? memory.start : known.start,
            promised: max(known.promised, memory.promised),
            accepted: max(known.accepted, memory.accepted))
    }

    /// For `LogBug.promiseInDeletedSegment`.
    var withoutPromise: LogState {
        var state = self
        state.promised = .zero
        return state
    }

    /// The records that give this state again.
    var records: [DurableRecord] {
        var records: [DurableRecord] = []
        if promised > .zero { records.append(.promised(promised)) }
        if truncatedUpTo > .zero { records.append(.truncated(upTo: truncatedUpTo)) }
        records += configurations.map {
            .configuration(slot: $0.slot, membership: $0.membership)
        }
        return records + heard.map(DurableRecord.heard)
    }
}
