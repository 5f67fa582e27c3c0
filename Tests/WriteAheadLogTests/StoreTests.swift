import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// The store and the log do not stand at the same slot: either may be ahead (P31).
struct StoreTests {
    private let newer = GoverningMembership(
        slot: Slot(7),
        membership: Membership(seats: [
            Seat(
                replica: ReplicaID(4), incarnation: Incarnation(4), isVoter: true, name: "n4",
                peerURLs: [])
        ]))

    private func recover(_ world: LogWorld, _ store: StoreState) throws -> RecoveredLog {
        try LogRecovery.run(disk: world.disk, identity: world.identity, store: store) { _ in }
    }

    private func world(_ records: [DurableRecord]) throws -> LogWorld {
        let world = LogWorld()
        try world.openStarted()
        world.append([.configuration(slot: .zero, membership: sampleMembership)] + records)
        world.settle()
        return world
    }

    /// The quorum was faster than this disk. What the log has of those slots may never have been decided.
    @Test func theStoreIsAhead() throws {
        let world = try world([
            accepted(1, 1), decided(1, 1), accepted(2, 1), accepted(9, 1), .promised(ballot(4)),
        ])
        let store = StoreState(
            appliedUpTo: Slot(8), governing: newer, logTimeMilliseconds: 99)
        let recovered = try recover(world, store)
        #expect(recovered.state.decidedUpTo == Slot(8))
        #expect(recovered.state.truncatedUpTo == Slot(8))
        #expect(recovered.state.accepted.map(\.slot) == [Slot(9)])
        #expect(recovered.state.promised == ballot(4))
        #expect(recovered.state.configurationSlot == Slot(7))
        #expect(recovered.state.membership == newer.membership)
        #expect(recovered.state.logTimeMilliseconds == 99)
        #expect(!recovered.state.lacksBase)

        // The next start's state batch says so, whatever becomes of the store.
        let log = WriteAheadLog(
            disk: world.disk, identity: world.identity, recovered: recovered, nonce: 5,
            options: world.options)
        log.start()
        while world.disk.completeNext() { log.drainCompletions(nowMilliseconds: 1) }
        let again = try recover(world, StoreState())
        #expect(again.state.truncatedUpTo == Slot(8))
        #expect(again.state.membership == newer.membership)
        #expect(again.state.lacksBase)
    }

    @Test func bothStandWhereTheLogDoes() throws {
        let world = try world([accepted(1, 1), accepted(2, 1), decided(1, 2), accepted(3, 1)])
        let recovered = try recover(world, StoreState(appliedUpTo: Slot(2)))
        #expect(recovered.state.decidedUpTo == Slot(2))
        #expect(recovered.state.truncatedUpTo == .zero, "the log has what the store has")
    }

    /// The promise and the votes are there, but nothing can be made of what was decided.
    @Test func theStoreIsBehind() throws {
        let world = try world([
            .truncated(upTo: Slot(50)), accepted(51, 2), decided(2, 51), accepted(52, 2),
            .promised(ballot(6)),
        ])
        var delivered: [Slot] = []
        let recovered = try LogRecovery.run(
            disk: world.disk, identity: world.identity,
            store: StoreState(appliedUpTo: Slot(49))
        ) { delivered.append($0.slot) }
        #expect(recovered.state.lacksBase)
        #expect(recovered.state.decidedUpTo == Slot(51))
        #expect(recovered.state.truncatedUpTo == Slot(50))
        #expect(recovered.state.accepted.map(\.slot) == [Slot(52)])
        #expect(recovered.state.promised == ballot(6))
        #expect(delivered.isEmpty, "slots are handed out without gaps")
        #expect(try !recover(world, StoreState(appliedUpTo: Slot(50))).state.lacksBase)
    }

    /// What a snapshot jumped over is not read from the log, though something stands there.
    @Test func aSnapshotWasInstalled() throws {
        let world = try world([
            accepted(1, 1), decided(1, 1), accepted(2, 1), accepted(12, 1),
            .truncated(upTo: Slot(10)),
            .configuration(slot: newer.slot, membership: newer.membership), accepted(11, 1),
            decided(1, 12),
        ])
        let recovered = try recover(world, StoreState(appliedUpTo: Slot(10), governing: newer))
        #expect(recovered.state.decidedUpTo == Slot(12))
        #expect(recovered.state.truncatedUpTo == Slot(10))
        #expect(recovered.state.configurationSlot == Slot(7))
    }
}
