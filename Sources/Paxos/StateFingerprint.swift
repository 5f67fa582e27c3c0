/// Gathers numbers into 64 bits that stand for all of them in their order. Not for secrets: two different
/// sequences meet by chance, one pair in 2⁶⁴.
public struct StateFingerprint: Sendable {
    /// The digest of what was added so far.
    public private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

    public init() {}

    /// Adds a number.
    public mutating func add(_ number: UInt64) {
        var mixed = (value ^ number) &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        value = mixed ^ (mixed >> 31)
    }

    /// Adds the state of a switch.
    public mutating func add(_ isOn: Bool) { add(isOn ? 1 : 2) }

    /// Adds bytes with their count.
    public mutating func add(_ bytes: [UInt8]) {
        add(UInt64(bytes.count))
        for byte in bytes { add(UInt64(byte)) }
    }

    /// Adds a ballot.
    public mutating func add(_ ballot: Ballot) {
        add(ballot.round)
        add(ballot.replica.rawValue)
        add(ballot.incarnation.rawValue)
    }

    /// Adds a slot.
    public mutating func add(_ slot: Slot) { add(slot.rawValue) }

    /// Adds a value.
    public mutating func add(_ value: Value) {
        switch value {
        case .noOperation:
            add(UInt64(1))
        case .lead(let lead):
            add(UInt64(2))
            add(lead.ballot)
            add(lead.logTimeMilliseconds)
        case .batch(let batch):
            add(UInt64(3))
            add(batch.logTimeMilliseconds)
            add(batch.payload)
        case .membership(let membership):
            add(UInt64(4))
            for seat in membership.seats { add(seat.replica.rawValue) }
        case .reference(let reference):
            add(UInt64(5))
            add(reference.digest)
        }
    }

    /// Adds an accepted value.
    public mutating func add(_ accepted: AcceptedValue) {
        add(accepted.slot)
        add(accepted.ballot)
        add(accepted.value)
    }

    /// Adds what a replica would be born from.
    public mutating func add(_ state: DurableState) {
        add(state.promised)
        add(state.decidedUpTo)
        add(state.truncatedUpTo)
        add(UInt64(state.accepted.count))
        for accepted in state.accepted { add(accepted) }
        for learned in state.learned {
            add(learned.slot)
            add(learned.value)
        }
        add(state.logTimeMilliseconds)
    }
}
