/// The table of all keys with their revisions: in memory what is new or in use, below it a base on disk, if
/// there is one.
///
/// Each key has its newest state in the ordered `KeyTree`; what older revisions looked like is in
/// the `History`, an undo log. Reads name a revision, so that a transaction may stay open over
/// several turns of the loop: its changes carry the next revision, which nobody outside can name
/// yet. Compaction is a number, which governs what is readable at once; the memory follows in steps.
///
/// With a base, changes above the *flushed revision* are in memory, and only those: a flush hands them down
/// (`freeze`), and afterwards the keys that they changed are no more than a cache, which gives way (`evictStep`).
/// As long as no key ever gave way, the tree is *complete*, and nobody asks the base for a newest state.
///
/// Not Sendable: one loop owns it.
package final class Keyspace {
    /// The newest revision that is visible. The empty store is at 1.
    package internal(set) var revision: Int64 = 1
    /// The compacted revision, the lowest one that can be read; -1 before the first compaction.
    package internal(set) var compactedRevision: Int64 = -1
    /// The bytes of keys and values that can be read: of the keys that exist, and of what changes since the
    /// compacted revision have replaced. Equal on all replicas, whatever memory was freed.
    package var logicalByteCount: Int { liveByteCount + history.bytesEver - compactedByteCount }

    /// Of all changes that were ever made, in order: replicas that made the same ones have the same digest, and
    /// one that differs once differs for ever.
    package internal(set) var changeDigest = StateDigest()
    /// The number of keys at the current revision, an open transaction's changes included.
    package internal(set) var keyCount = 0

    /// What lies below; nil: nothing, and everything is in memory.
    package internal(set) var base: (any KeyBase)?
    /// All changes up to this one are in the base; -1 before the first flush.
    package internal(set) var flushedRevision: Int64 = -1
    /// Whether every key that exists is in the tree.
    package internal(set) var isComplete = true
    /// Rises with each change of the base: what was read from it before is not taken in any more.
    package internal(set) var baseGeneration: UInt64 = 0
    /// The base could not be read. What was computed since is wrong and must not leave the process.
    package internal(set) var baseFailure: KeyBaseError?

    /// The bytes of the keys that exist, and of their values.
    var liveByteCount = 0
    /// What the history counted for changes below the compacted revision.
    var compactedByteCount = 0
    var tree = KeyTree()
    var history = History()
    /// The values of the tree's records.
    var recordValueBytes = 0
    /// The main revision of the newest change, the open transaction's too.
    var newestChange: Int64 = 1
    /// Deletes below this entry of the history have left the tree.
    var sweptEntries = 0
    /// The revision of the open transaction, which nobody outside may read; nil if none is open.
    package internal(set) var openRevision: Int64?
    /// Whether a transaction is open.
    package var isWriting: Bool { openRevision != nil }
    /// What all changes ever put, with their entries; how much of it is in the base.
    var writtenBytesEver = 0
    var flushedBytesEver = 0
    /// The flush under way.
    var freeze: Freeze?
    /// Where the search for keys that can give way goes on.
    var evictionStart: [UInt8] = []
    /// Keys are not looked for before memory is above this again: a look at all of them found next to none.
    var evictionPauseBytes = 0
    /// Of the round of looks that is under way: keys that were looked at, and those that could go.
    var evictionRound = (lookedAt: 0, hopeful: 0)
    /// Keys that must not give way.
    var pinned: [KeyRecord] = []
    /// How often a read blocked until the base had answered.
    package internal(set) var blockingReadCount: UInt64 = 0

    package init() {}

    /// The number of changes that the history holds.
    package var changeCount: Int { history.count }

    /// Fails if the table contradicts itself: for tests and for the simulator.
    package func checkInvariants() {
        tree.checkInvariants()
        precondition(compactedRevision <= revision, "compacted beyond the current revision")
        precondition(newestChange <= revision || isWriting, "a change nobody ended")
        precondition(!isComplete || tree.liveCount == keyCount, "a key is missing in the tree")
    }
}
