import Paxos

/// Short ways to make what the role tests need.
func ballot(_ round: UInt64, _ replica: UInt64 = 1) -> Ballot {
    Ballot(round: round, replica: ReplicaID(replica), incarnation: Incarnation(replica + 100))
}

func value(_ text: String) -> Value {
    .batch(Value.Batch(logTimeMilliseconds: 0, payload: Array(text.utf8)))
}

func membership(voters: Int, learners: Int = 0) -> Membership {
    Membership(
        seats: (0..<UInt64(voters + learners)).map {
            Seat(
                replica: ReplicaID($0 + 1), incarnation: Incarnation($0 + 101),
                isVoter: $0 < UInt64(voters), name: "", peerURLs: [])
        })
}

func state(voters: Int = 3) -> DurableState { DurableState(membership: membership(voters: voters)) }
