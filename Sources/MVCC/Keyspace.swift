/// The table of all keys with their revisions, in memory: the *active* generation of the store.
///
/// Each key has its newest state in the ordered `KeyTree`; what older revisions looked like is in
/// the `History`, an undo log. Reads name a revision, so that a transaction may stay open over
/// several turns of the loop: its changes carry the next revision, which nobody outside can name
/// yet. Compaction is a number, which governs what is readable at once; the memory follows in steps.
///
/// The flushed base that later lies below this table is asked for keys that `state(of:at:)` does not
/// find, and takes the whole table over at a freeze; nothing in here is called per key by it.
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

    /// The bytes of the keys that exist, and of their values.
    var liveByteCount = 0
    /// What the history counted for changes below the compacted revision.
    var compactedByteCount = 0
    var tree = KeyTree()
    var history = History()
    /// The main revision of the newest change, the open transaction's too.
    var newestChange: Int64 = 1
    /// Deletes below this entry of the history have left the tree.
    var sweptEntries = 0
    var isWriting = false

    package init() {}

    /// The number of keys at the current revision, an open transaction's changes included.
    package var keyCount: Int { tree.liveCount }
    /// The number of changes that the history holds.
    package var changeCount: Int { history.count }

    /// Fails if the table contradicts itself: for tests and for the simulator.
    package func checkInvariants() {
        tree.checkInvariants()
        precondition(compactedRevision <= revision, "compacted beyond the current revision")
        precondition(newestChange <= revision || isWriting, "a change nobody ended")
    }
}
