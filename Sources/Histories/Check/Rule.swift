/// What must hold of a history.
package enum Rule: String, CaseIterable, Sendable {
    /// Each key behaves as if all linearizable operations on it ran one after the other, each between
    /// its beginning and its end.
    case linearizability
    /// Each revision belongs to one operation, and what began later has a higher one, or, if it
    /// changed nothing, no lower one.
    case revisionOrder = "revision-order"
    /// Every answer is what the store held at the revision that it names.
    case stateAtRevision = "state-at-revision"
    /// What is visible was written by somebody.
    case knownWriter = "known-writer"
    /// Nothing took effect twice.
    case exactlyOnce = "exactly-once"
    /// What was acknowledged is there in the end.
    case acknowledgedPresent = "acknowledged-present"
    /// What was refused is visible nowhere.
    case refusedAbsent = "refused-absent"
    /// A sequential read is never older than its token.
    case sequentialReads = "sequential-reads"
    /// All nodes show the same in the end.
    case equalNodes = "equal-nodes"
}
