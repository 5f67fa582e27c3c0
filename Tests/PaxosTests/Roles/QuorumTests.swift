import Basics
import Paxos
import Testing

@Suite struct QuorumTests {
    /// The slow twin: a set of voters is a quorum if more of them are in it than out of it.
    private func isMajority(_ set: Set<Int>, of count: Int) -> Bool {
        set.count > count - set.count
    }

    @Test(arguments: 1...7)
    func agreesWithTheSlowTwinOnEverySubset(count: Int) {
        let quorum = Quorum(membership(voters: count, learners: 2))
        for bits in 0..<(1 << count) {
            var votes = VoteSet()
            let set = Set((0..<count).filter { bits & (1 << $0) != 0 })
            for voter in set {
                votes.insert(voter)
                votes.insert(voter)
            }
            #expect(votes.count == set.count)
            #expect(quorum.isPhase1(votes) == isMajority(set, of: count))
            #expect(quorum.isPhase2(votes) == isMajority(set, of: count))
        }
    }

    @Test(arguments: 1...6)
    func everyPhase1QuorumMeetsEveryPhase2Quorum(count: Int) {
        let quorum = Quorum(membership(voters: count))
        func votes(_ bits: Int) -> VoteSet {
            var votes = VoteSet()
            for voter in 0..<count where bits & (1 << voter) != 0 { votes.insert(voter) }
            return votes
        }
        for first in 0..<(1 << count) where quorum.isPhase1(votes(first)) {
            for second in 0..<(1 << count) where quorum.isPhase2(votes(second)) {
                #expect(first & second != 0)
            }
        }
    }

    @Test func onlyTheOneLifeOfAVoterHasAPlace() {
        let quorum = Quorum(membership(voters: 2, learners: 1))
        #expect(quorum.voter(ReplicaID(1), Incarnation(101)) == 0)
        #expect(quorum.voter(ReplicaID(2), Incarnation(102)) == 1)
        #expect(quorum.voter(ReplicaID(2), Incarnation(999)) == nil)
        #expect(quorum.voter(ReplicaID(3), Incarnation(103)) == nil)
        #expect(quorum.voter(ReplicaID(9), Incarnation(109)) == nil)
    }

    @Test func noVotersAreNoQuorum() {
        let quorum = Quorum(Membership(seats: []))
        #expect(!quorum.isPhase1(VoteSet()))
        #expect(!quorum.isPhase2(VoteSet()))
    }
}
