import Basics
import Paxos
import Testing

/// Random records, folded by the builder and by a slow twin that keeps everything and looks at the whole
/// history each time.
struct DurableStateTwinTests {
    @Test(arguments: 0..<300 as Range<UInt64>)
    func sameAsTheSlowTwin(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var fold = DurableStateBuilder(membership: Membership(seats: []))
        var slots: [UInt64] = []
        var twin = Twin()
        for _ in 0..<200 {
            let slot = twin.decidedUpTo + UInt64.random(in: 0...6, using: &random)
            let round = UInt64.random(in: 1...3, using: &random)
            let record =
                switch Int.random(in: 0..<8, using: &random) {
                case 0...4: accepted(max(slot, 1), round, [UInt8(round), UInt8(slot % 256)])
                case 5: learned(max(slot, 1), [9, UInt8(slot % 256)])
                default: decided(round, slot)
                }
            fold.fold(record) { slots.append($0.slot.rawValue) }
            twin.take(record)
            #expect(fold.state().decidedUpTo.rawValue == twin.decidedUpTo)
            #expect(fold.state().accepted == twin.accepted.values.sorted { $0.slot < $1.slot })
            #expect(fold.state().learned.map(\.slot.rawValue) == twin.learned.keys.sorted())
        }
        #expect(slots == Array(0..<twin.decidedUpTo).map { $0 + 1 })
    }

    private struct Twin {
        var decidedUpTo: UInt64 = 0
        var accepted: [UInt64: AcceptedValue] = [:]
        var learned: [UInt64: Value] = [:]

        mutating func take(_ record: DurableRecord) {
            var mark: (Ballot, UInt64)?
            switch record {
            case .accepted(let value):
                let slot = value.slot.rawValue
                let held = accepted[slot]?.ballot ?? .zero
                if slot > decidedUpTo, value.ballot >= held { accepted[slot] = value }
            case .learned(let slot, let value):
                if slot.rawValue > decidedUpTo { learned[slot.rawValue] = value }
            case .decided(let ballot, let upTo): mark = (ballot, upTo.rawValue)
            default: break
            }
            while true {
                let next = decidedUpTo + 1
                let byMark = mark.map { $0.1 >= next && accepted[next]?.ballot == $0.0 } ?? false
                guard byMark || learned[next] != nil else { break }
                decidedUpTo = next
                accepted[next] = nil
                learned[next] = nil
            }
        }
    }
}

private func ballot(_ round: UInt64) -> Ballot {
    Ballot(round: round, replica: ReplicaID(7), incarnation: Incarnation(9))
}

private func batch(_ payload: [UInt8]) -> Value {
    .batch(.init(logTimeMilliseconds: 1, payload: payload))
}

private func accepted(_ slot: UInt64, _ round: UInt64, _ payload: [UInt8]) -> DurableRecord {
    .accepted(AcceptedValue(slot: Slot(slot), ballot: ballot(round), value: batch(payload)))
}

private func decided(_ round: UInt64, _ upTo: UInt64) -> DurableRecord {
    .decided(ballot: ballot(round), upTo: Slot(upTo))
}

private func learned(_ slot: UInt64, _ payload: [UInt8]) -> DurableRecord {
    .learned(slot: Slot(slot), value: batch(payload))
}
