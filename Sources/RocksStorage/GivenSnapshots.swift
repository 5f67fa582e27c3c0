internal import Basics
internal import Rows

/// The copies of a base that other members may read: each in a directory that is named by its slot, with a
/// manifest that is written last. What has none was never finished.
final class GivenSnapshots: Sendable {
    private let path: String
    private let work: BaseWork
    /// By slot, oldest first.
    private let shelf: Monitor<[SnapshotDescription]>

    private static let manifest = "manifest"

    /// Removes what is not whole.
    init(in path: String, _ work: BaseWork) throws(RowError) {
        self.path = path
        self.work = work
        var found: [SnapshotDescription] = []
        for name in try Files.names(in: path) {
            if let slot = UInt64(name), let description = try Self.whole(slot, path + "/" + name) {
                found.append(description)
            } else {
                try Files.removeTree(path + "/" + name)
            }
        }
        shelf = Monitor(found.sorted { $0.slot < $1.slot })
    }

    /// A copy of `store` as it is now, or the newest one that is there if its slot is above `slot`; nil if the
    /// store was never flushed to.
    func make(
        of store: RowStore, newerThan slot: UInt64
    ) throws(RowError) -> SnapshotDescription? {
        if let last = shelf.withLock({ $0.last }), last.slot > slot { return last }
        guard let now = try store.appliedSlot() else { return nil }
        if let last = shelf.withLock({ $0.last }), last.slot >= now { return last }
        try removeUnfinished()
        try store.checkpoint(at: new)
        let description = try describe(new)
        try Files.replace(new + "/" + Self.manifest, with: description.encoded(), in: new)
        let directory = "\(path)/\(description.slot)"
        try Files.removeTree(directory)
        try Files.move(new, directory)
        try Files.syncDirectory(path)
        shelf.update { $0.append(description) }
        try dropOldest()
        return description
    }

    var slots: [UInt64] { shelf.withLock { $0.map(\.slot) } }

    private var new: String { path + "/new" }

    /// Gives back the room of a copy that did not become whole.
    func removeUnfinished() throws(RowError) { try Files.removeTree(new) }

    func drop(_ slot: UInt64) throws(RowError) {
        shelf.update { $0.removeAll { $0.slot == slot } }
        try Files.removeTree("\(path)/\(slot)")
    }

    /// From any thread; nil if there is no such snapshot, or no such file in it.
    func read(
        slot: UInt64, file: Int, offset: UInt64, bytesMax: Int
    ) throws(RowError) -> [UInt8]? {
        guard let description = shelf.withLock({ $0.first { $0.slot == slot } }),
            description.files.indices.contains(file), offset <= description.files[file].byteCount
        else { return nil }
        return try Files.read(
            "\(path)/\(slot)/rows/\(description.files[file].name)", at: Int(offset),
            bytesMax: min(bytesMax, Int(description.files[file].byteCount - offset)))
    }

    private func dropOldest() throws(RowError) {
        while let oldest = shelf.withLock({
            $0.count > Rows.Limits.snapshotsKept ? $0.first : nil
        }) { try drop(oldest.slot) }
    }

    /// Reads a copy twice: its rows with RocksDB's checksums, so that nothing rotten is ever given away, and its
    /// files for checksums of their own.
    private func describe(_ directory: String) throws(RowError) -> SnapshotDescription {
        let rows = directory + "/rows"
        let names = try Files.names(in: rows)
        for name in names { try Files.syncFile(rows + "/" + name) }
        try Files.syncDirectory(rows)
        let store = try RowStore(
            directory: directory, .readOnly, startName: "", cacheBytes: Limits.verifyCacheBytes)
        guard let slot = try store.appliedSlot() else {
            throw RowError("\(directory) has lost its slot")
        }
        try store.verify(work.goOn)
        var files: [SnapshotFile] = []
        for name in names { files.append(try SnapshotFile(name, in: rows, work.goOn)) }
        return SnapshotDescription(slot: slot, files: files)
    }

    /// The description of a copy all of whose files are there; nil if something is missing.
    private static func whole(
        _ slot: UInt64, _ directory: String
    ) throws(RowError) -> SnapshotDescription? {
        let bytes = try Files.read(
            directory + "/" + manifest, bytesMax: Limits.descriptionBytesMax)
        guard let bytes, let description = SnapshotDescription(encoded: bytes),
            description.slot == slot
        else { return nil }
        for file in description.files {
            let there = try Files.byteCount(of: directory + "/rows/" + file.name)
            guard there == Int(file.byteCount) else { return nil }
        }
        return description
    }
}
