import Paxos

/// A rule that the harness breaks on purpose, to show that the checks can fail.
enum Mischief: String, CaseIterable {
    /// A box's messages leave at once; a crash may lose its records.
    case sendsBeforeDurable
    /// The promise is not taken from the log after a crash.
    case forgetsPromises
    /// Accepted values are left out when the log is folded after a crash.
    case forgetsAccepted
    /// A promise says that nothing is truncated or decided.
    case truncatedTakenForEmpty
    /// The first chunk of a promise claims to be the last.
    case lastPromiseChunkLost
    /// A watermark is believed whatever the ballot of the accepted values.
    case olderBallotDecidedByWatermark
    /// Whoever answered a read round is counted in all later ones.
    case oldRoundConfirmsNewRead
    /// A vote is counted that nobody gave.
    case votesAreCountedUnasked
    /// An acceptor that was killed comes back with nothing, and votes.
    case acceptorForgetsEverything
}
