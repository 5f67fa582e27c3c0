/// What a read promises.
enum Consistency: String {
    /// It sees every write that was answered before it began, through any node.
    case linearizable
    /// It sees this node's state, never older than what the client's read token has seen.
    case sequential
}
