package import Paxos

/// The small world whose histories are explored, all of them.
package struct ExplorationBounds: Equatable, Sendable {
    /// Replicas, all of them voters; each is acceptor and learner.
    package var acceptors = 3
    /// The first so many replicas also stand for leader.
    package var proposers = 2
    /// Accepts for higher slots are lost.
    package var slots = 2
    /// Ballots that are prepared in all; a history ends before the next one.
    package var ballots = 2
    /// Bundles that leaders are given, besides the Lead of each ballot.
    package var proposals = 0
    /// Processes that die, lose what was not durable, and come back.
    package var crashes = 1
    /// A rule that is broken on purpose.
    package var injectedBug: PaxosBug?

    package init() {}

    /// Traps unless the numbers make sense together.
    func validate() {
        precondition((1...Limits.acceptorsMax).contains(acceptors), "too many acceptors")
        precondition((1..<max(2, acceptors)).contains(proposers), "one acceptor never stands")
        precondition((1...Limits.slotsMax).contains(slots), "too many slots")
        precondition(ballots > 0 && proposals >= 0 && crashes >= 0, "counts")
    }
}
