/// What lies on the disk of a `MemoryBase`: it stays while processes come and go.
package final class MemoryBaseStore {
    /// A snapshot that arrives. Nothing of it is durable before it is installed.
    struct Installation {
        let description: SnapshotDescription
        var files: [[UInt8]]

        init(_ description: SnapshotDescription) {
            self.description = description
            files = description.files.map { _ in [] }
        }

        /// Why these are not the files that were described; nil if they are.
        var problem: String? {
            for (file, bytes) in zip(description.files, files)
            where MemorySnapshot.describe(file.name, bytes) != file {
                return "\(file.name) is not as it was described"
            }
            return nil
        }
    }

    package internal(set) var contents = MemoryRows.Contents()
    /// Oldest first.
    var snapshots: [MemorySnapshot] = []
    var installation: Installation?
    /// What is there is not what was written: it can only be set aside.
    package var isDamaged = false
    /// Rows have rotted, and nobody may have noticed.
    package internal(set) var isRotten = false
    /// The disk has no room: no flush ends.
    package var isFull = false
    private var failingWrites = 0
    private var failingReads = 0
    /// What a crash brings back, of an installation that was reported too early (a seeded bug).
    var contentsBeforeInstallation: MemoryRows.Contents?

    package init() {}

    /// A copy, as it would be found now.
    package func copy() -> MemoryBaseStore {
        let copy = MemoryBaseStore()
        copy.contents = contents
        copy.snapshots = snapshots
        copy.installation = installation
        copy.isDamaged = isDamaged
        copy.isRotten = isRotten
        copy.contentsBeforeInstallation = contentsBeforeInstallation
        return copy
    }

    /// The next so many operations that write, flush or read fail, and openings as reads do.
    package func failWrites(_ count: Int) { failingWrites = count }
    package func failReads(_ count: Int) { failingReads = count }

    /// Whether the next operation of a lane fails.
    func takeError(in lane: BaseLane) -> Bool {
        lane == .reader ? Self.take(&failingReads) : Self.take(&failingWrites)
    }

    private static func take(_ count: inout Int) -> Bool {
        guard count > 0 else { return false }
        count -= 1
        return true
    }

    /// The newest copy for others is not what was written any more. False if there is none.
    package func rotSnapshot(number: (_ below: Int) -> Int) -> Bool {
        guard !snapshots.isEmpty else { return false }
        snapshots[snapshots.count - 1].rot(number)
        return true
    }

    /// The newest copy for others is longer or shorter than it was. False if there is none.
    package func changeSnapshotLength(by byteCount: Int) -> Bool {
        guard !snapshots.isEmpty else { return false }
        snapshots[snapshots.count - 1].changeLength(by: byteCount)
        return true
    }

    /// Puts what is damaged, and what was made of it, out of the way. The base is new afterwards.
    package func setAside() {
        contents = MemoryRows.Contents()
        snapshots = []
        isDamaged = false
        isRotten = false
        contentsBeforeInstallation = nil
    }

    /// The slot whose state the base holds; nil if it was never flushed to.
    package var slot: UInt64? { MemoryBaseStore.slot(of: contents) }

    static func slot(of contents: MemoryRows.Contents) -> UInt64? {
        guard let row = contents.value(of: RowLayout.tableKey(WellKnownTables.appliedSlot)) else {
            return nil
        }
        return WellKnownTables.slot(row)
    }
}
