import Testing

@testable import Paxos

/// Whom a laggard asks.
@Suite struct CatchUpTests {
    private let stranger = ReplicaID(9)

    /// One peer, which knows ten slots, and whose log has lost the first five.
    private func peers() -> PeerTable {
        let members = membership(voters: 2)
        var peers = PeerTable(membership: members, quorum: Quorum(members), own: ReplicaID(1))
        peers[0].decidedUpTo = Slot(10)
        return peers
    }

    private func source(_ catchUp: CatchUp) -> ReplicaID? {
        catchUp.source(in: peers(), prefix: .zero, ownPlace: 0)
    }

    private func withStranger() -> CatchUp {
        var catchUp = CatchUp(peerCount: 1)
        catchUp.noteTruncated(by: ReplicaID(2), upTo: Slot(5), hasState: true)
        catchUp.note(CatchUp.Stranger(replica: stranger, decidedUpTo: Slot(10)))
        return catchUp
    }

    @Test func whoDoesNotAnswerIsNotAskedForEverWhereASnapshotHelps() {
        var catchUp = withStranger()
        #expect(source(catchUp) == stranger)
        catchUp.begin(from: stranger, fromSlot: Slot(1), running: 0)
        catchUp.giveUp()
        #expect(source(catchUp) == nil)
        #expect(catchUp.snapshotSource(above: .zero)?.replica == ReplicaID(2))
    }

    @Test func aStrangerWithoutAConnectionIsForgotten() {
        var catchUp = withStranger()
        catchUp.begin(from: stranger, fromSlot: Slot(1), running: 0)
        catchUp.lose(stranger)
        #expect(catchUp.pull == nil)
        #expect(catchUp.stranger == nil)
        #expect(source(catchUp) == nil)
    }

    @Test func theOnlyOneIsAskedAgain() {
        var catchUp = CatchUp(peerCount: 1)
        #expect(source(catchUp) == ReplicaID(2))
        catchUp.begin(from: ReplicaID(2), fromSlot: Slot(1), running: 0)
        catchUp.giveUp()
        #expect(source(catchUp) == ReplicaID(2))
    }
}
