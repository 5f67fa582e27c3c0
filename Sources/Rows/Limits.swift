/// Every size in this room that has a bound.
package enum Limits {
    /// Bytes of values after which a piece of an interval ends.
    static let pieceBytesMax = 4 << 20
    /// Changes of one key that share a row of the index.
    static let indexRowRevisions = 64
    /// Rows of one key in the index that are passed one by one before the rest of them is jumped over.
    static let indexRowsPassed = 64
    /// Bytes of changes after which a batch of them ends, with its revision.
    static let changeBytesMax = 1 << 20
    /// Rows of the history that are passed for one batch of changes, most of them perhaps of other keys.
    static let changeRowsPassed = 10_000
    /// Room in a piece of a flush for the row that ends it: a longer one makes it larger.
    static let flushPieceSpareBytes = 4 << 10
    /// Files of one snapshot.
    package static let snapshotFilesMax = 65_536
    /// Bytes of one snapshot.
    package static let snapshotBytesMax: UInt64 = 16 << 40
    /// The slot whose state a snapshot holds: as high as another node is believed about slots at all.
    package static let snapshotSlotMax: UInt64 = 1 << 46
    /// The name of a snapshot's file.
    static let snapshotNameBytesMax = 200
    /// Snapshots that a base keeps for others.
    package static let snapshotsKept = 2
}
