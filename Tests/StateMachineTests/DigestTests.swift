import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// What members report of their states, and what all of them make of it.
struct DigestTests {
    private let machine = Machine()

    init() {
        _ = machine.state.applyMembership(
            slot: 0, seats: [(7, 70), (8, 80), (9, 90)])
    }

    private func report(_ member: UInt64, _ digest: UInt64, slot: UInt64 = 256) {
        let request = ReportDigestRequest.with {
            $0.member = member
            $0.slot = slot
            $0.digest = digest
        }
        #expect(machine.run(.reportDigest, request) == .digestReported)
    }

    private var alarmed: [UInt64] { machine.state.alarms.all.map(\.member) }

    @Test func equalStatesHaveEqualDigestsAndOthersHaveNot() throws {
        let (same, other) = (Machine(), Machine())
        for replica in [machine, same, other] {
            for number in 0..<255 { replica.put("k\(number % 20)", "v\(number)") }
            #expect(replica.state.newestDigest == nil)
        }
        machine.put("k", "same")
        same.put("k", "same")
        other.put("k", "other")
        for replica in [machine, same, other] { replica.put("next", "") }
        let digest = try #require(machine.state.newestDigest)
        #expect(digest.slot == 256)
        #expect(same.state.newestDigest == digest)
        #expect(other.state.newestDigest != digest)
        // However much alike they become: what differed once differs for ever.
        for _ in 0..<256 { for replica in [machine, other] { replica.put("k", "again") } }
        #expect(machine.state.newestDigest?.slot == 512)
        #expect(machine.state.newestDigest != other.state.newestDigest)
    }

    @Test func aMajorityIsRightAndTheOtherOneIsMarked() {
        report(7, 1)
        report(9, 2)
        #expect(alarmed.isEmpty, "one against one says nothing")
        report(8, 1)
        #expect(alarmed == [9])
        #expect(machine.state.isReadable, "the others go on")
        #expect(machine.state.alarms.all.first?.source == .digests)
        // A second word of a member on the same slot does not count.
        report(9, 1)
        #expect(alarmed == [9])
        report(7, 5, slot: 512)
        report(8, 5, slot: 512)
        report(9, 5, slot: 512)
        #expect(alarmed.isEmpty, "it is right again")
    }

    @Test func withoutAMajorityNobodyIsRight() {
        for member: UInt64 in 7...9 { report(member, member) }
        #expect(alarmed == [0])
        #expect(!machine.state.isReadable)
        #expect(machine.put(.make("k", "v")) == .failed(.corrupt))
    }

    @Test func reportsAreBounded() {
        for slot in 1...100 as ClosedRange<UInt64> { report(7, 1, slot: slot * 256) }
        // Of a slot that was forgotten two more make no majority.
        report(8, 1, slot: 256)
        report(9, 2, slot: 256)
        #expect(alarmed.isEmpty)
        report(8, 1, slot: 25_600)
        report(9, 2, slot: 25_600)
        #expect(alarmed == [9])
    }

    @Test func aReplicaKnowsItsOwnStateToBeWrong() {
        for number in 0..<256 { machine.put("k", "v\(number)") }
        machine.put("next", "")
        let own = machine.state.newestDigest?.digest ?? 0
        report(8, own &+ 1)
        #expect(machine.state.wrongSlot == nil)
        report(9, own &+ 1)
        #expect(machine.state.wrongSlot == 256)
    }
}
