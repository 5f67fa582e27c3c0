internal import Rows

/// A pass over all rows of a store, in pieces.
///
/// It reads a copy by links that is opened beside the store: so blocks come from the files, not from the store's cache,
/// and where the file system allows it from the disk, not from the kernel's memory, which keeps what it has of them.
///
/// The copy is made anew now and then, and the pass goes on in it behind the last row that it read: every file that
/// is there from the first copy to the last is read as a whole, and what was merged away meanwhile keeps its room no
/// longer than till the next copy.
final class ScrubPass {
    /// What is read through a copy.
    private struct Copy {
        let rows: RowStore
        let cursor: RowCursor
        /// What was read of it.
        var byteCount = 0

        /// Reads the first row, and so knows whether rows can be read in this way.
        init(in path: String, from start: [UInt8], readsDirectly: Bool) throws(RowError) {
            rows = try RowStore(
                directory: path, .readOnly, startName: "", cacheBytes: Limits.verifyCacheBytes,
                readsDirectly: readsDirectly)
            cursor = RowCursor(
                rows, lower: start, upper: ScrubPass.end,
                readaheadBytes: Limits.scrubReadaheadBytes)
            cursor.seekToFirst()
            _ = try cursor.key()
        }
    }

    let store: OpenStore
    private let directory: BaseDirectory
    /// Another copy is made after so many bytes.
    private let linkedBytesMax: Int
    private var copy: Copy?
    /// The key from which on nothing was read; nil at the end.
    private var place: [UInt8]? = [0]

    private static let end: [UInt8] = [.max]

    init(
        of store: OpenStore, in directory: BaseDirectory,
        linkedBytesMax: Int = Limits.scrubLinkedBytes
    ) {
        self.store = store
        self.directory = directory
        self.linkedBytesMax = linkedBytesMax
    }

    var isComplete: Bool { place == nil }

    /// Reads rows of about so many bytes.
    ///
    /// - Parameter goOn: called again and again; what it throws ends the reading.
    /// - Returns: what they take of the files.
    func read(bytesMax: Int, _ goOn: () throws(RowError) -> Void) throws(RowError) -> Int {
        guard let start = place else { preconditionFailure("the pass is complete") }
        var copy = try openCopy(at: start)
        place = try Self.read(copy.cursor, bytesMax: bytesMax, goOn)
        let byteCount = try copy.rows.byteCount(from: start, to: place ?? Self.end)
        copy.byteCount += byteCount
        self.copy = copy.byteCount < linkedBytesMax ? copy : nil
        return byteCount
    }

    /// Gives back the key behind those rows; nil if there is none.
    private static func read(
        _ cursor: RowCursor, bytesMax: Int, _ goOn: () throws(RowError) -> Void
    ) throws(RowError) -> [UInt8]? {
        var (byteCount, rowCount) = (0, 0)
        while let key = try cursor.key() {
            guard byteCount < bytesMax else { return Array(key) }
            rowCount += 1
            if rowCount % Limits.rowsBetweenLooks == 0 { try goOn() }
            byteCount += key.count + cursor.value.count
            cursor.next()
        }
        return nil
    }

    private func openCopy(at start: [UInt8]) throws(RowError) -> Copy {
        if let copy { return copy }
        let path = directory.scrubPath
        try Files.removeTree(path)
        guard try Files.availableBytes(in: directory.path) >= Limits.scrubRoomBytes else {
            throw RowError("there is no room to begin with", .noSpace)
        }
        try store.rows.checkpoint(at: path)
        do throws(RowError) {
            return try Copy(in: path, from: start, readsDirectly: true)
        } catch {
            guard Self.isRefusal(error) else { throw error }
            return try Copy(in: path, from: start, readsDirectly: false)
        }
    }

    /// Whether it was the way of reading that failed: not all file systems can do without the kernel's memory.
    private static func isRefusal(_ error: RowError) -> Bool {
        error.kind == .failure
            && ["Invalid argument", "not supported"].contains { error.description.contains($0) }
    }
}
