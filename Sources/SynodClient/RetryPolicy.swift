/// What may be tried again after a failure, and when.
struct RetryPolicy {
    /// What a call does to the store, which decides what may be repeated.
    enum Kind: Sendable {
        /// Changes nothing: may be repeated at will.
        case read
        /// Changes something: may be repeated only if it certainly did not run.
        case write
        /// Changes something, and has a number in a session: may be repeated at will, because it is
        /// executed once. Without a session it is a `write`.
        case sessionWrite

        /// Whether two tries do no more than one.
        var isRepeatable: Bool { self != .write }
    }

    /// Whether the same request may be sent again, to this node or another one.
    static func mayRetry(_ failure: ClientError, _ kind: Kind) -> Bool {
        switch failure.code {
        // What members are down, does not pass in a moment.
        case .unavailable where failure.message == unhealthy: false
        case .unavailable: failure.isDefinite || kind.isRepeatable
        // The answer says "come back later", and nothing was done.
        case .resourceExhausted: failure.message == tooManyRequests
        // Another node may be a voter.
        case .failedPrecondition: failure.message == notForLearners
        // What one node did not answer in time may find another node awake.
        case .deadlineExceeded, .cancelled, .unknown, .internal: kind.isRepeatable
        default: false
        }
    }

    /// Whether an error that a server sent means that the request was not executed and will not be.
    static func isDefinite(_ code: ClientError.Code, _ message: String) -> Bool {
        switch code {
        case .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
            .outOfRange, .unimplemented, .unauthenticated, .resourceExhausted:
            true
        // Said before the work and during it; the words tell. What does not come from a store (a
        // proxy's words, a lost connection) says nothing.
        case .unavailable:
            message.hasPrefix(fromStore) && !mayHaveRun.contains { message.hasPrefix($0) }
        case .cancelled, .unknown, .deadlineExceeded, .aborted, .internal, .dataLoss: false
        }
    }

    /// The pause before round `round` (from 1) over all nodes, in milliseconds: it doubles, and each
    /// client takes a random part of it, so that clients do not come back all at once.
    static func pause(
        round: Int, configuration: ClientConfiguration, random: inout some RandomNumberGenerator
    ) -> UInt64 {
        precondition(round > 0, "the first try has no pause")
        let doubled = configuration.backoffMillisecondsMin << UInt64(min(round - 1, 20))
        let longest = max(1, min(doubled, configuration.backoffMillisecondsMax))
        return UInt64.random(in: (longest + 1) / 2...longest, using: &random)
    }

    /// How all texts of etcd's API begin.
    private static let fromStore = "etcdserver: "
    /// The texts of calls that were given up half-way.
    private static let mayHaveRun = [
        "etcdserver: request timed out", "etcdserver: leader changed", "etcdserver: server stopped",
    ]
    private static let unhealthy = "etcdserver: unhealthy cluster"
    private static let notForLearners = "etcdserver: rpc not supported for learner"
    private static let tooManyRequests = "etcdserver: too many requests"
}
