/// A rule that a state machine breaks on purpose, so that whoever checks it can be checked.
package enum StateMachineBug: CaseIterable, Sendable {
    /// P18: a command that was sent again is executed again.
    case forwardedWriteExecutedTwice
    /// P21: a client's retry is executed again, though its session has the result.
    case retryExecutedTwice
    /// P28: whether a command is executed depends on the node that executes it.
    case nodeReadInApply
    /// P27: leases end though the leader that said so was deposed since.
    case oldLeaderRevokes
    /// P27: a lease ends though it only has the id of the one that was meant.
    case idGrantedAgain
    /// Rights are checked where a command comes in only, and not where it is applied.
    case rightsNotCheckedAtApply
    /// A command counts although the rights that it was checked against have changed.
    case oldRightsAccepted
    /// P31: a table that a base holds does not tell who may do what.
    case authLeftOutOfRestore
    /// P37: what a transaction has written is visible before it ends.
    case halfAppliedVisible
    /// The canary: from revision 31 on a put changes nothing and says that it did. Whoever does not find
    /// this finds nothing.
    case canary
}
