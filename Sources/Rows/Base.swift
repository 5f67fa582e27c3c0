package import MVCC

/// What a replica asks of the base below its tables: rows on a disk, written by flushes, and copied as snapshots.
///
/// Operations are submitted and completed later, so that the loop waits for no disk. An operation that fails for
/// any other reason than a damaged snapshot of another node never completes: the base reports it to its owner, who
/// ends the process.
package protocol Base: AnyObject {
    /// The keys, for reads that block. Another one after a snapshot was installed.
    var keys: any KeyBase { get }

    /// The tables as the last flush left them; empty in a base that was never flushed to. Blocking: at start, and
    /// after an installation.
    func tables() throws(RowError) -> [TableRow]

    /// Begins an operation. Those of a flush are performed in the order of their submission, those that read one
    /// after another, too; a read may overtake a flush.
    func submit(_ operation: BaseOperation, ticket: UInt64)

    /// What has been completed since the last call.
    func takeCompletions() -> [BaseCompletion]

    /// What the base holds is wrong, though it can be read: the next start finds it damaged, and puts it aside.
    /// Blocking; once in a life.
    func condemn()

    /// Whether another flush now would make reads slow.
    var isBehind: Bool { get }

    /// The slots of the snapshots that are kept for others, oldest first: at start those that an earlier process made.
    var keptSnapshots: [UInt64] { get }

    /// Bytes that the base takes on its disk.
    var byteCount: Int { get }

    /// From now on what the base keeps in memory of its files takes so much.
    func limitCache(toBytes bytes: Int)
}

package enum BaseOperation: Sendable {
    // A flush: begun, filled, and finished; one at a time.
    case beginFlush
    /// Changes, each above those before; or changed keys, each above those before and after all changes.
    /// What is not urgent leaves disk and processor to others for a while.
    case flushRows(FlushPiece, isUrgent: Bool)
    /// Takes everything in, durably, in one step. Afterwards rows go that `compactedRevision` makes obsolete.
    case finishFlush(tables: FrozenTables, compactedRevision: Int64)

    // Reads.
    /// The newest states of keys.
    case states(of: [[UInt8]])
    case piece(KeyInterval, revision: Int64?, descending: Bool, keysMax: Int)
    /// The first change from a main revision on.
    case firstChange(from: Int64)
    /// Changes of keys in an interval, from one main revision up to another, for those who watch.
    case changes(KeyInterval, from: Int64, upTo: Int64, changesMax: Int)

    // Snapshots: given.
    /// Makes a copy of the base as it is now, by links, and reads it once for its checksums; or gives the one
    /// that is there and newer than `newerThanSlot`.
    case makeSnapshot(newerThanSlot: UInt64)
    case readSnapshot(slot: UInt64, file: Int, offset: UInt64, bytesMax: Int)
    /// Nobody wants the copy any more.
    case dropSnapshot(slot: UInt64)

    // Snapshots: taken.
    /// Makes an empty directory for a snapshot; one of the same description that was begun before, even by an
    /// earlier process, is gone on with.
    case beginInstallation(SnapshotDescription)
    /// Bytes of a file, each behind those before.
    case installBytes(file: Int, offset: UInt64, [UInt8])
    /// Verifies all checksums, makes the files durable, and puts them in the place of the base.
    case finishInstallation

    /// Goes on with the pass over all that the base holds, or begins one: reads about so many bytes from where they
    /// lie, with their checksums. Damage is met as by any read, or, if it does not condemn the base, breaks the pass
    /// off. One pass at a time; one that is not gone on with keeps the room of what has changed since it began.
    case scrub(bytesMax: Int, condemns: Bool)
}

package enum BaseOutcome: Sendable {
    case flushBegun
    case flushWritten
    /// `byteCount`: what the flush wrote.
    case flushed(byteCount: Int)
    /// There was no room for the flush, which has to be begun again.
    case flushLackedRoom
    /// In the order of the keys; nil: does not exist.
    case states([KeyState?])
    case piece(KeyPiece)
    /// Nil: nothing has changed since.
    case firstChange(FlushedChange?)
    case changes(ChangeBatch)
    /// Nil: nothing was ever flushed.
    case snapshotMade(SnapshotDescription?)
    /// There was no room for another copy.
    case snapshotLackedRoom
    /// Nil: there is no such snapshot any more.
    case snapshotRead([UInt8]?)
    case snapshotDropped
    /// How many bytes of each file are there already.
    case installationBegun(bytesThere: [UInt64])
    case bytesInstalled
    case installed
    /// The files are not what their description says, in words; all is as before.
    case installationFailed(String)
    /// How many bytes were read, and how far the pass is.
    case scrubbed(byteCount: Int, ScrubProgress)
}

package struct BaseCompletion: Sendable {
    package let ticket: UInt64
    package let outcome: BaseOutcome
    package init(ticket: UInt64, outcome: BaseOutcome) {
        self.ticket = ticket
        self.outcome = outcome
    }
}

/// The files of a snapshot.
package struct SnapshotDescription: Equatable, Sendable {
    /// The slot whose state it holds.
    package let slot: UInt64
    package let files: [SnapshotFile]
    package init(slot: UInt64, files: [SnapshotFile]) {
        self.slot = slot
        self.files = files
    }

    package var byteCount: UInt64 { files.reduce(0) { $0 + $1.byteCount } }
}

package struct SnapshotFile: Equatable, Sendable {
    /// Letters, digits, dots, dashes and underscores; no path.
    package let name: String
    package let byteCount: UInt64
    /// CRC-32C of all bytes.
    package let checksum: UInt32
    package init(name: String, byteCount: UInt64, checksum: UInt32) {
        self.name = name
        self.byteCount = byteCount
        self.checksum = checksum
    }
}
