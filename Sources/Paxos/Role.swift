/// One of the three parts that a replica plays, as in *Paxos Made Simple*. Each can die alone, on a node
/// that lives on, and be revived.
public enum Role: String, CaseIterable, Sendable {
    /// Stands for leader and leads: phase 1, and the slots of phase 2.
    case proposer
    /// Promises and accepts: the memory of the group.
    case acceptor
    /// Knows what is decided, and applies it.
    case learner
}

/// What a role that was killed comes back with.
public enum Revival: Equatable, Sendable {
    /// With what it had made durable, as after a restart of the process.
    case recovered
    /// With nothing. An acceptor without its memory stays without a vote; a proposer has nothing to forget,
    /// and what a learner knows is decided for ever, so that for these two this is `recovered`.
    case amnesia
    /// With nothing, and an acceptor votes all the same. It breaks agreement: for simulators, which show
    /// that it does.
    case unsafeAmnesia
}
