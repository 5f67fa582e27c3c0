/// The bounds of this room.
enum Limits {
    /// Pairs in one set-multi.
    static let setMultiPairsMax = 1024
    /// What `Retry-After` says when this node cannot serve.
    static let retryAfterSeconds = 1
    /// Watches as server-sent events that are open at a time.
    static let feedsMax = 1_000
    /// Of a feed, so much may wait for its client before its watch keeps what comes.
    static let watchBytesWaiting = 128 << 10
}
