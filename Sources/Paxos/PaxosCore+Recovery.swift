internal import Basics

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
        precondition(
            state.configurationSlot <= state.decidedUpTo,
            "a membership governs when its slot is decided")
        membership = state.membership
        configurationSlot = state.configurationSlot
        let isSeated = state.membership.holds(configuration.replica, configuration.incarnation)
        seatedSince = state.seatedSince ?? (isSeated ? state.configurationSlot : nil)
        let bug = configuration.injectedBug
        quorum = Quorum(state.membership, injectedBug: bug)
        ownVoter = quorum.voter(configuration.replica, configuration.incarnation)
        truncatedUpTo = state.truncatedUpTo
        lacksBase = state.lacksBase
        outbox = Outbox(injectedBug: bug)
        acceptor = Acceptor(state: state, injectedBug: bug)
        learner = Learner(state: state, tailBytes: configuration.tailBytes, injectedBug: bug)
        election = Election(configuration: configuration, promised: state.promised)
        peers = PeerTable(
            membership: state.membership, quorum: quorum, own: configuration.replica)
        barrier = ReadBarrier(peerCount: peers.indices.count, injectedBug: bug)
        catchUp = CatchUp(peerCount: peers.indices.count)
        queue = ProposalQueue(bytesMax: configuration.queueBytes)
        clock = TurnClock(
            now: nowMilliseconds, stepMax: configuration.electionTimeoutMilliseconds / 5)
        appliedUpTo = state.lacksBase ? .zero : state.decidedUpTo
        if lacksBase { ownMarks.hit(.bornWithoutBase) }
        if !state.accepted.isEmpty { ownMarks.hit(.bornWithAccepted) }
        if bug == .ballotReusedAfterRestart { leadOn() }
    }

    /// The bug of that name.
    private mutating func leadOn() {
        let ballot = acceptor.promised
        guard let ownVoter, ballot.replica == configuration.replica else { return }
        leader = Leader(
            ballot: ballot, configurationSlot: configurationSlot,
            decidedUpTo: learner.decidedUpTo, leadSlot: learner.decidedUpTo.next,
            ownVoter: ownVoter, logTimeMilliseconds: learner.logTimeMilliseconds, clock: clock,
            peerCount: peers.indices.count, heartbeat: heartbeat)
    }
}
