internal import EtcdMessages

/// One role of a node: proposer, acceptor or learner.
public struct RoleState: Sendable, Hashable {
    /// `proposer`, `acceptor` or `learner`.
    public var role: String
    /// Whether it lives.
    public var isAlive: Bool
    /// How often it was killed since the process started.
    public var deaths: UInt64

    init(_ state: EtcdMessages.RoleState) {
        role = state.role
        isAlive = state.alive
        deaths = state.deaths
    }
}
