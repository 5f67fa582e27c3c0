import Paxos
import Testing

@testable import Replication

@Suite("Peer outbox")
struct PeerOutboxTests {
    private let peer = ReplicaID(2)
    private let ballot = Ballot(round: 1, replica: ReplicaID(1), incarnation: Incarnation(11))

    private func decide(_ slot: UInt64) -> Message {
        .decide(Message.Decide(ballot: ballot, upTo: Slot(slot)))
    }

    private func accept(_ slot: UInt64) -> Message {
        .accept(
            Message.Accept(
                ballot: ballot, slot: Slot(slot), decidedUpTo: Slot(slot - 1), value: .noOperation))
    }

    /// What leaves at the end of a turn that adds `messages`.
    private func turn(
        _ outbox: inout PeerOutbox, at now: UInt64, _ messages: Message...
    ) -> [Message] {
        for message in messages { outbox.add(Effects.Outbound(to: peer, message)) }
        var sent: [Message] = []
        outbox.drain(nowMilliseconds: now) { receiver, messages in
            #expect(receiver == peer)
            sent += messages
        }
        return sent
    }

    @Test("the first Decide leaves at once, the next one with the next Accept, in order")
    func decidesWait() {
        var outbox = PeerOutbox()
        #expect(turn(&outbox, at: 1_000, decide(1)) == [decide(1)])
        #expect(turn(&outbox, at: 1_001, accept(2)) == [accept(2)])
        #expect(turn(&outbox, at: 1_002, decide(2)).isEmpty)
        #expect(turn(&outbox, at: 1_003, accept(3)) == [decide(2), accept(3)])
        #expect(turn(&outbox, at: 1_004).isEmpty)
    }

    @Test("a Decide that finds no company leaves after a few milliseconds")
    func decidesLeave() {
        var outbox = PeerOutbox()
        _ = turn(&outbox, at: 1_000, decide(1))
        #expect(turn(&outbox, at: 1_001, decide(2)).isEmpty)
        #expect(turn(&outbox, at: 1_009).isEmpty)
        #expect(turn(&outbox, at: 1_010) == [decide(2)])
        #expect(turn(&outbox, at: 1_011, decide(3)).isEmpty)
    }

    @Test("a peer whose clients wait is told at once")
    func askersAreTold() {
        var outbox = PeerOutbox()
        _ = turn(&outbox, at: 1_000, decide(1))
        #expect(turn(&outbox, at: 1_001, decide(2)).isEmpty)
        outbox.noteAsking(peer, nowMilliseconds: 1_002)
        #expect(turn(&outbox, at: 1_002) == [decide(2)])
        #expect(turn(&outbox, at: 1_003, decide(3)) == [decide(3)])
        #expect(turn(&outbox, at: 2_001, decide(4)) == [decide(4)])
        #expect(turn(&outbox, at: 2_002, decide(5)).isEmpty)
    }

    @Test("nothing is kept of peers that are gone, and nothing of those that are there is lost")
    func goneAreForgotten() {
        var outbox = PeerOutbox()
        for number in UInt64(3)..<1_003 {
            outbox.add(Effects.Outbound(to: ReplicaID(number), accept(1)))
            outbox.noteAsking(ReplicaID(1_000_000 + number), nowMilliseconds: 1_000)
        }
        outbox.drain(nowMilliseconds: 1_000) { _, _ in }
        #expect(outbox.peerCount == 2_000)
        outbox.drain(nowMilliseconds: 1_999) { _, _ in }
        #expect(outbox.peerCount == 2_000)
        #expect(turn(&outbox, at: 2_000, accept(2)) == [accept(2)])
        #expect(outbox.peerCount == 1)
        // A Decide that waits keeps its peer.
        #expect(turn(&outbox, at: 2_000, decide(2)) == [decide(2)])
        #expect(turn(&outbox, at: 2_001, decide(3)).isEmpty)
        #expect(turn(&outbox, at: 9_000) == [decide(3)])
        #expect(turn(&outbox, at: 10_000).isEmpty)
        #expect(outbox.peerCount == 0)
    }

    @Test("messages of another kind never wait")
    func othersLeave() {
        var outbox = PeerOutbox()
        _ = turn(&outbox, at: 1_000, decide(1))
        for slot in UInt64(2)...5 {
            #expect(turn(&outbox, at: 1_000, accept(slot)) == [accept(slot)])
        }
    }
}
