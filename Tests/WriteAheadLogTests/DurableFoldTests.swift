import Basics
import Paxos
import Testing
import WriteAheadLog

/// How records fold: what a watermark decides, and what it does not.
struct DurableFoldTests {
    private func folded(
        _ records: [DurableRecord], floor: UInt64 = 0
    ) -> (state: DurableState, slots: [UInt64], fold: DurableFold) {
        var fold = DurableFold(floor: Slot(floor))
        var slots: [UInt64] = []
        for record in records { fold.fold(record) { slots.append($0.slot.rawValue) } }
        return (fold.state, slots, fold)
    }

    @Test func aWatermarkDecidesItsOwnBallotOnly() {
        let result = folded([accepted(1, 2), accepted(2, 1), accepted(3, 2), decided(2, 3)])
        #expect(result.slots == [1])
        #expect(result.state.decidedUpTo == Slot(1))
        #expect(result.state.accepted.map(\.slot.rawValue) == [2, 3])
    }

    @Test func aWatermarkStopsAtAHole() {
        let result = folded([accepted(1), accepted(3), decided(1, 3), accepted(2)])
        #expect(result.slots == [1])
        #expect(result.state.accepted.map(\.slot.rawValue) == [2, 3])
    }

    @Test func theHighestBallotIsKept() {
        let result = folded([accepted(1, 1, [1]), accepted(1, 3, [3]), accepted(1, 2, [2])])
        #expect(result.state.accepted.first?.ballot == ballot(3))
        #expect(result.state.accepted.first?.value == batch([3]))
        #expect(result.state.promised == ballot(3))
    }

    @Test func learnedValuesJoinInOrder() {
        let result = folded([
            accepted(1), learned(3, [3]), accepted(2, 1, [2]), decided(1, 1), learned(2, [22]),
        ])
        #expect(result.slots == [1, 2, 3])
        #expect(result.state.accepted.isEmpty)
        #expect(result.state.learned.isEmpty)
    }

    @Test func aWatermarkGoesOnBehindLearnedSlots() {
        let result = folded([learned(2, [2]), accepted(1), accepted(3), decided(1, 3)])
        #expect(result.slots == [1, 2, 3])
    }

    @Test func learnedAheadStaysLearned() {
        let result = folded([learned(5, [5]), learned(4, [4])])
        #expect(result.slots == [])
        #expect(result.state.learned.map(\.slot.rawValue) == [4, 5])
    }

    @Test func truncatedSlotsMustBeInTheStore() {
        #expect(folded([.truncated(upTo: Slot(9))], floor: 9).fold.missingUpTo == nil)
        #expect(folded([.truncated(upTo: Slot(9))], floor: 8).fold.missingUpTo == Slot(9))
        let later = folded(
            [accepted(1), decided(1, 1), .truncated(upTo: Slot(1)), accepted(2), decided(1, 2)])
        #expect(later.fold.missingUpTo == nil)
        #expect(later.state.truncatedUpTo == Slot(1))
        #expect(later.slots == [1, 2])
    }

    @Test func theNewestConfigurationGoverns() {
        let other = Membership(seats: [])
        let result = folded([
            .configuration(slot: Slot(4), membership: sampleMembership),
            .configuration(slot: Slot(2), membership: other),
        ])
        #expect(result.state.configurationSlot == Slot(4))
        #expect(result.state.membership == sampleMembership)
    }

    /// Against a slow twin that keeps everything and looks at the whole history each time.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func sameAsTheSlowTwin(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var fold = DurableFold(floor: .zero)
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
            #expect(fold.state.decidedUpTo.rawValue == twin.decidedUpTo)
            #expect(fold.state.accepted == twin.accepted.values.sorted { $0.slot < $1.slot })
            #expect(fold.state.learned.map(\.slot.rawValue) == twin.learned.keys.sorted())
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
