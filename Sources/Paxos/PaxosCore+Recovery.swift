/// Birth from what the log kept.
extension PaxosCore {
    /// Born from durable state as a follower that leads nothing: its promise binds it to what it said
    /// before.
    public init(configuration: Configuration, state: DurableState, nowMilliseconds: UInt64) {
        precondition(configuration.heartbeatMilliseconds > 0, "heartbeats need an interval")
        precondition(
            configuration.electionTimeoutMilliseconds > configuration.heartbeatMilliseconds,
            "the election time-out is longer than the heartbeat interval")
        precondition(state.truncatedUpTo <= state.decidedUpTo, "only decided slots are truncated")
        self.configuration = configuration
        membership = state.membership
        quorum = Quorum(state.membership)
        ownVoter = quorum.voter(configuration.replica, configuration.incarnation)
        truncatedAtBirth = state.truncatedUpTo
        acceptor = Acceptor(state: state)
        learner = Learner(state: state, tailBytes: configuration.tailBytes)
        election = Election(configuration: configuration, promised: state.promised)
        peers = PeerTable(
            membership: state.membership, quorum: quorum, own: configuration.replica)
        barrier = ReadBarrier(peerCount: peers.indices.count)
        catchUp = CatchUp(peerCount: peers.indices.count)
        queue = ProposalQueue(bytesMax: configuration.queueBytes)
        clock = TurnClock(
            now: nowMilliseconds, stepMax: configuration.electionTimeoutMilliseconds / 5)
        appliedUpTo = state.decidedUpTo
    }
}
