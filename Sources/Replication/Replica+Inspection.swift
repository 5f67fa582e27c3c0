package import Paxos

/// For checkers: nothing in the product depends on it.
extension Replica {
    /// The core as it is now; nil before it is born.
    package var inspectedCore: PaxosCore? { core }

    /// The highest promise; nil before there is a core.
    package var promised: Ballot? { core?.promised }
}
