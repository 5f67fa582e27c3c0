/// Of the slots that a caller's state has already: whether the log, too, holds their decided values. It may hold
/// others: what was accepted and then overtaken by a snapshot, or what the others decided before this disk had
/// their votes. No value is kept, only in which ballots they were accepted.
struct DecisionProof: Sendable {
    private enum Holding: Sendable {
        /// In this ballot, the newest for the slot.
        case accepted(Ballot)
        /// The decided value was fetched.
        case learned
    }

    /// The caller's state has every slot up to here.
    private let upTo: Slot
    /// Every slot up to here, and above what was truncated, can be read from the log.
    private var provenUpTo = Slot.zero
    private var holdings = SlotRing<Holding>(base: .zero)
    private let decidesOlderBallots: Bool

    init(upTo: Slot, decidesOlderBallots: Bool) {
        self.upTo = upTo
        self.decidesOlderBallots = decidesOlderBallots
    }

    /// No slot up to here can be read from the log; zero if all that are not truncated can.
    var unprovenUpTo: Slot { provenUpTo < upTo ? upTo : .zero }

    mutating func note(_ record: DurableRecord) {
        guard provenUpTo < upTo else { return }
        switch record {
        case .accepted(let value): note(value.slot, acceptedIn: value.ballot)
        case .learned(let slot, _):
            if slot > provenUpTo, slot <= upTo { holdings.set(slot, .learned) }
            advance(ballot: .zero, upTo: .zero)
        case .decided(let ballot, let mark): advance(ballot: ballot, upTo: mark)
        case .truncated(let slot): pass(slot)
        case .promised, .configuration, .heard: break
        }
    }

    private mutating func note(_ slot: Slot, acceptedIn ballot: Ballot) {
        guard slot > provenUpTo, slot <= upTo else { return }
        switch holdings[slot] {
        case .learned: return
        case .accepted(let known) where known > ballot: return
        case .accepted, nil: holdings.set(slot, .accepted(ballot))
        }
    }

    private mutating func pass(_ slot: Slot) {
        guard slot > provenUpTo else { return }
        provenUpTo = slot
        holdings.drop(upTo: slot)
        advance(ballot: .zero, upTo: .zero)
    }

    /// The rule of `DurableStateBuilder`.
    private mutating func advance(ballot: Ballot, upTo mark: Slot) {
        while provenUpTo < upTo {
            switch holdings[provenUpTo.next] {
            case .learned: break
            case .accepted(let known)
            where provenUpTo < mark && (known == ballot || decidesOlderBallots):
                break
            case .accepted, nil: return
            }
            provenUpTo = provenUpTo.next
            holdings.popFirst()
        }
    }
}
