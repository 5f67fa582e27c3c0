/// The bounds of this room.
enum Limits {
    /// Pairs in one set-multi.
    static let setMultiPairsMax = 1024
    /// What `Retry-After` says when this node cannot serve.
    static let retryAfterSeconds = 1
}
