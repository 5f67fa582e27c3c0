internal import Basics

/// Rare things that a replica notices around its core, for tests that must have met them all.
package enum ReplicaMark: Int, MarkName {
    /// Commands were kept, because no leader was known.
    case commandsKeptWithoutLeader
    /// Unanswered commands were sent again, because there was a new leader, or a new way to it.
    case commandsSentAgain
    /// Commands were sent again, because they were taken for lost on their way.
    case commandsOverdue
    /// A command ran out of time, and nobody knows whether it ran.
    case commandTimedOut
    /// A command ran out of time before there was a leader to give it to: it did not run.
    case commandNeverHandedOver
    /// A command of this process was executed after its client had been told that its outcome is unknown.
    case outcomeForNobody
    /// A linearizable read ran out of time.
    case readTimedOut
    /// A read was confirmed before its slot was applied, and waited for that.
    case readWaitedForApply
    /// Reads were asked for before the core was born.
    case readsBeforeCore
    /// More was decided than one turn of the loop applies.
    case applyBudgetSpent
    /// A flush began; one became durable.
    case flushStarted
    case flushEnded
    /// A decided slot waited for what was on disk only.
    case applyWaitedForBase
    /// Decided values that waited to be applied were left to the log; some were read back.
    case decidedLeftToLog
    case decidedReadBack
    /// A turn ended before the slot did that is being applied.
    case slotAppliedInPieces
    /// A peer asked for a snapshot; one took the place of the base; one was older than what was applied meanwhile.
    case snapshotAsked
    case snapshotInstalled
    case snapshotOutrun
    /// A snapshot could not be had from one peer, and another one was asked.
    case snapshotSourceChanged
    /// A peer found that the files of a snapshot are not as this node described them.
    case snapshotFoundDamaged
    /// The leader was lost, and none was known for a while.
    case leaderLost
    /// A peer's hello was refused.
    case peerRefused
    /// This life of the directory ended, because it must not vote again.
    case lifeEnded
    /// The rules of formation told the operator something.
    case formationReported
    /// This node was removed from the membership, and knows it.
    case removed
    /// A leader gave a seat to the directory that presented itself for it.
    case seatGiven
    /// A leader gave a vote to a member that had caught up.
    case voterPromoted
    /// An order to change the members came from another node.
    case orderForwarded
    /// An order to change the members was given to a leader again.
    case orderGivenAgain
    /// The leader's disk was full, and it gave leadership to another node.
    case handOverForSpace
    /// The disk had no room for a flush to the base.
    case flushLackedRoom
    /// A pass over the base came to its end; one did not.
    case scrubPassEnded
    case scrubBrokenOff
    /// A lease was to be renewed that was about to be revoked.
    case renewalWaitedForRevoke
    /// The genesis was durable, and a crash came before the directory's identity said so.
    case genesisNotedLate
}
