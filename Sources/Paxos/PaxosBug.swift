/// A rule that a core breaks on purpose, so that whoever checks cores can be checked. No server has one that
/// was not told so.
public enum PaxosBug: CaseIterable, Sendable {
    /// P11: a promise is not put into the log.
    case promiseNotPersisted
    /// P11: an accepted value is not put into the log.
    case acceptNotPersisted
    /// P11: an answer without a record of its own does not wait for the boxes before it.
    case promiseOvertakesAccept
    /// P5: an acceptor that was revived without its memory votes.
    case unsafeAmnesia
    /// P11: a leader's own vote counts before its record is durable.
    case ownVoteBeforeDurable
    /// P3: a leader that was restarted goes on in the ballot that it had.
    case ballotReusedAfterRestart
    /// Phase 2: an acceptor accepts in a ballot that is below its promise.
    case acceptBelowPromise
    /// Phase 2: half of the voters count as a quorum.
    case halfTakenForQuorum
    /// P2: votes count whatever incarnation of the voter's replica gives them.
    case oldIncarnationVoteCounted
    /// P8: of several accepted values for a slot the one that was told of first is proposed.
    case lowerBallotValueProposed
    /// P8: holes are not filled: a new leader goes on behind them.
    case holeNotFilled
    /// P8: a promise counts when its first chunk has come.
    case lastPromiseChunkLost
    /// P8: what a promise calls decided counts as nothing.
    case truncatedTakenForEmpty
    /// P34: a snapshot is installed over a state that has more.
    case installOverNewer
    /// P34: what was promised is forgotten when a snapshot is installed.
    case promiseLostByInstall
    /// P9: a watermark decides whatever was accepted, in any ballot.
    case olderBallotDecidedByWatermark
    /// P9: a fetched value is not put into the log.
    case learnedNotPersisted
    /// P12: reads are served before Lead is decided.
    case readBeforeOwnSlot
    // These four lead on after a change without asking the new voters.
    /// P23: slots open above a membership that is not decided, and their votes count on when it is.
    case noBarrier
    /// P23: a second change of the membership is proposed before the first one is decided.
    case twoChangesAtOnce
    /// P23: a leader goes on under a new membership with the promises of the old one.
    case phase1InOldConfiguration
    /// P23: a new leader proposes what it found above a membership together with that, and by the same
    /// promises.
    case configurationRecoveredByNextLeader
    /// P23: who left the membership is counted on.
    case removedNodeStillCounted
    /// P24: who left the membership is given promises.
    case removedNodeDisturbs
    /// P24: who left ends as soon as it knows that it left.
    case oldMembersGoneTooEarly
    /// P5: a seat passes to another life of its replica while the one that has it is heard.
    case namesakeEvictsHealthyVoter
    /// P5, P24: who is to vote does so however far behind it is.
    case promotedBeforeCaughtUp
    /// P17: an answer to an old round confirms the round of now.
    case oldRoundConfirmsNewRead
    /// P17: a leader answers reads without asking anybody.
    case leaderReadWithoutQuorum
}
