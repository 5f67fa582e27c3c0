package import Paxos

/// What a state batch says about a group: a fold over records that never shrinks.
package struct LogState: Equatable, Sendable {
    package private(set) var promised = Ballot.zero
    package private(set) var truncatedUpTo = Slot.zero
    package private(set) var configuration: (slot: Slot, membership: Membership)?
    /// What each life of each peer was heard to say, oldest acquaintance first.
    package private(set) var heard: [PeerMemory] = []

    package init() {}

    package static func == (left: LogState, right: LogState) -> Bool {
        left.promised == right.promised && left.truncatedUpTo == right.truncatedUpTo
            && left.heard == right.heard
            && left.configuration?.slot == right.configuration?.slot
            && left.configuration?.membership == right.configuration?.membership
    }

    mutating func note(_ record: DurableRecord) {
        switch record {
        case .promised(let ballot): promised = max(promised, ballot)
        case .accepted(let accepted): promised = max(promised, accepted.ballot)
        case .truncated(let upTo): truncatedUpTo = max(truncatedUpTo, upTo)
        case .configuration(let slot, let membership):
            if slot >= configuration?.slot ?? .zero { configuration = (slot, membership) }
        case .heard(let memory): note(memory)
        case .decided, .learned: break
        }
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

    /// The records that give this state again.
    var records: [DurableRecord] {
        var records: [DurableRecord] = []
        if promised > .zero { records.append(.promised(promised)) }
        if truncatedUpTo > .zero { records.append(.truncated(upTo: truncatedUpTo)) }
        if let configuration {
            records.append(
                .configuration(slot: configuration.slot, membership: configuration.membership))
        }
        return records + heard.map(DurableRecord.heard)
    }
}
