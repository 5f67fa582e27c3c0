package import Paxos

/// For checkers: nothing in the product depends on it.
extension Replica {
    /// The core as it is now; nil before it is born.
    package var inspectedCore: PaxosCore? { core }
}
