import Paxos
import Rows
import Testing

@testable import Replication

/// How long copies of the base are kept.
@Suite("Givers of snapshots")
struct SnapshotGiverTests {
    private let base = ScriptedBase()
    private let desk: BaseDesk
    private let giver: SnapshotGiver
    private let peer = ReplicaID(1)

    init() {
        desk = BaseDesk(base)
        giver = SnapshotGiver(desk) { _, _ in }
    }

    private var dropped: [UInt64] {
        base.operations.compactMap { if case .dropSnapshot(let slot) = $0 { slot } else { nil } }
    }

    private func make(_ slot: UInt64, askedAt now: UInt64, doneAt end: UInt64) {
        giver.offer(atLeast: slot, to: peer, nowMilliseconds: now)
        _ = giver.tick(nowMilliseconds: end)
        base.complete(.snapshotMade(SnapshotDescription(slot: slot, files: [])))
        desk.drainCompletions()
    }

    @Test("a copy that took long to make is not dropped before anybody could read it")
    func slow() {
        let end = Limits.snapshotKeptMilliseconds + 10_000
        make(7, askedAt: 0, doneAt: end)
        _ = giver.tick(nowMilliseconds: end + 10)
        #expect(dropped.isEmpty)
        _ = giver.tick(nowMilliseconds: end + Limits.snapshotKeptMilliseconds)
        #expect(dropped.isEmpty)
        _ = giver.tick(nowMilliseconds: end + Limits.snapshotKeptMilliseconds + 1)
        #expect(dropped == [7])
    }

    @Test("one too many goes at once, unless a backup reads it")
    func oneTooMany() {
        for slot in 1...3 as ClosedRange<UInt64> { make(slot, askedAt: slot, doneAt: slot) }
        #expect(dropped == [1])
        // Its own drop is under way.
        base.complete(.snapshotDropped)
        giver.hold(2)
        make(4, askedAt: 4, doneAt: 4)
        #expect(dropped == [1])
        giver.release(2)
        #expect(dropped == [1, 2])
    }
}
