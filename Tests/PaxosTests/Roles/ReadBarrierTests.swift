import Testing

@testable import Paxos

@Suite struct ReadBarrierTests {
    private let quorum = Quorum(membership(voters: 3))

    private func request(_ counter: UInt64) -> Message.ReadRequest {
        Message.ReadRequest(
            incarnation: Incarnation(103), boot: BootNumber(1), counter: counter)
    }

    @Test func readsThatComeDuringARoundWaitForTheNext() {
        var barrier = ReadBarrier(peerCount: 2)
        barrier.read(1)
        let round = barrier.beginRound(slot: Slot(3), ownVoter: 0, running: 0)
        barrier.read(2)
        #expect(barrier.settleRound(by: quorum) == nil)
        let settled = barrier.vote(1, number: round.number, quorum: quorum)
        #expect(settled?.reads.local == 1)
        #expect(settled?.slot == Slot(3))
        #expect(barrier.hasWaiting)
        #expect(!barrier.isAsking)
    }

    @Test func numbersAreNeverUsedTwice() {
        var barrier = ReadBarrier(peerCount: 2)
        var numbers: [UInt64] = []
        for read: UInt64 in 1...5 {
            barrier.read(read)
            numbers.append(barrier.beginRound(slot: .zero, ownVoter: 0, running: 0).number)
            barrier.abandon()
            numbers.append(barrier.beginRequest(to: ReplicaID(2), running: 0).counter)
            barrier.abandon()
        }
        #expect(numbers == Array(1...10))
    }

    @Test func anAnswerToAnAbandonedQuestionIsWorthNothing() {
        var barrier = ReadBarrier(peerCount: 2)
        barrier.read(1)
        let old = barrier.beginRound(slot: .zero, ownVoter: 0, running: 0)
        barrier.abandon()
        let new = barrier.beginRound(slot: .zero, ownVoter: 0, running: 0)
        #expect(barrier.vote(1, number: old.number, quorum: quorum) == nil)
        #expect(barrier.vote(1, number: new.number, quorum: quorum)?.reads.local == 1)

        barrier.read(2)
        let lost = barrier.beginRequest(to: ReplicaID(2), running: 0)
        barrier.abandon()
        let sent = barrier.beginRequest(to: ReplicaID(3), running: 0)
        #expect(barrier.receive(counter: lost.counter) == nil)
        #expect(barrier.receive(counter: sent.counter)?.reads.local == 2)
    }

    @Test func abandonedReadsJoinTheNewOnes() {
        var barrier = ReadBarrier(peerCount: 2)
        barrier.read(4)
        barrier.receive(request(1), peer: 1)
        _ = barrier.beginRound(slot: .zero, ownVoter: 0, running: 0)
        barrier.read(6)
        barrier.receive(request(2), peer: 1)
        barrier.receive(request(7), peer: 0)
        barrier.abandon()
        let reads = barrier.beginRound(slot: .zero, ownVoter: 0, running: 0).reads
        #expect(reads.local == 6)
        #expect(reads.remote == [request(7), request(2)])
    }

    @Test func peersRequestsAreDroppedWithTheLeadership() {
        var barrier = ReadBarrier(peerCount: 2)
        barrier.receive(request(1), peer: 1)
        barrier.dropRemote()
        #expect(!barrier.hasWaiting)
        barrier.read(1)
        barrier.receive(request(2), peer: 1)
        barrier.dropRemote()
        #expect(barrier.hasWaiting)
    }
}
