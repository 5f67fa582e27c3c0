/// A rule that a replica breaks on purpose, around its core and its log, so that whoever checks replicas can
/// be checked.
package enum ReplicaBug: CaseIterable, Sendable {
    /// P1: an empty directory that meets its formed cluster votes in the place of the one that was wiped.
    case voteAfterWipe
    /// P6: a directory of which a peer remembers more than it holds votes all the same.
    case staleDirectoryVotes
    /// P6: of two processes of one boot the second one is listened to as if it were the first.
    case copyTakenForRestart
    /// P7: a damaged log is taken for an empty one: the directory begins anew, and votes as the one that it was.
    case rotTakenForEmpty
    /// P5: a directory presents itself for a seat, and is heard, while the one that has it is alive.
    case namesakeEvictsHealthyVoter
    /// P5: a member that was admitted anew votes before it has caught up.
    case promotedBeforeCaughtUp
    /// P25: a leader judges an order, and its refusal is believed, while an earlier try of it may still come about.
    case orderJudgedTooEarly
    /// P25: an order is said to be carried out before its change is decided.
    case orderAnsweredTooEarly
    /// The first slot that is decided after a restart is not executed.
    case applySkipsSlotAfterCrash
    /// P31: the tables of a flush are those of its end, its keys those of the freeze.
    case flushCarriesCurrentSlot
    /// A backup is of what the base has, and not of what was applied when it was asked for.
    case backupOlderThanAsked
    /// A new cluster goes on right above the revisions of the backup that it is made of.
    case restoredRevisionsTooLow
    /// P31: a flush begins between two commands of a slot, and carries that slot.
    case freezeInsideApply
    /// P17: a read is answered before its slot is applied.
    case readBeforeApplied
    /// P17: a linearizable read is answered from this node's table, and nobody is asked.
    case staleRead
    /// P27: a renewal is answered without a read round.
    case renewedThenRevoked
    /// P27: a deposed leader has leases ended in the name of its successor.
    case revokeResentBySuccessor
    /// P31: the leases of a flush are those of its end, everything else that of the freeze.
    case leaseTableNewerThanSlot
    /// P20: a command that ran out of time on its way is said not to have run.
    case refusedAfterHandedOver
}
