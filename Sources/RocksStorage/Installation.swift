internal import Rows

/// A snapshot of another member that arrives, in a directory of its own, with its description beside it: a later
/// process goes on with it.
struct Installation {
    let description: SnapshotDescription
    /// How many bytes of each file are there.
    private(set) var bytesThere: [UInt64] = []
    private let path: String

    private static let descriptionName = "/description"
    private var rows: String { path + "/rows" }

    /// Goes on with what is in `path` if it has the same description, and else begins with nothing.
    init(_ description: SnapshotDescription, in path: String, of directory: String)
        throws(RowError)
    {
        self.description = description
        self.path = path
        let bytes = try Files.read(
            path + Self.descriptionName, bytesMax: Limits.descriptionBytesMax)
        if let bytes, SnapshotDescription(encoded: bytes) == description {
            try count()
        } else {
            try begin(directory)
        }
    }

    private mutating func begin(_ directory: String) throws(RowError) {
        try Files.removeTree(path)
        try Files.makeDirectory(path)
        try Files.makeDirectory(rows)
        for file in description.files where file.byteCount == 0 {
            try Files.write([], to: rows + "/" + file.name, at: 0)
        }
        try Files.replace(path + Self.descriptionName, with: description.encoded(), in: path)
        try Files.syncDirectory(directory)
        bytesThere = description.files.map { _ in 0 }
    }

    private mutating func count() throws(RowError) {
        for file in description.files {
            let there = UInt64(try Files.byteCount(of: rows + "/" + file.name) ?? 0)
            if there > file.byteCount { try Files.remove(rows + "/" + file.name) }
            bytesThere.append(there > file.byteCount ? 0 : there)
        }
    }

    /// Why the bytes cannot go there; nil if they can.
    func problem(with bytes: [UInt8], file: Int, offset: UInt64) -> String? {
        guard description.files.indices.contains(file), bytesThere[file] == offset,
            UInt64(bytes.count) <= description.files[file].byteCount - offset
        else { return "bytes that belong nowhere" }
        return nil
    }

    mutating func write(_ bytes: [UInt8], file: Int) throws(RowError) {
        let path = rows + "/" + description.files[file].name
        try Files.write(bytes, to: path, at: Int(bytesThere[file]))
        bytesThere[file] += UInt64(bytes.count)
    }

    /// Why the files are not what they should be; nil if they are. They are durable then.
    func problemAfterSync(_ work: BaseWork) throws(RowError) -> String? {
        for file in description.files {
            guard try Files.byteCount(of: rows + "/" + file.name) == Int(file.byteCount) else {
                return "\(file.name) is not complete"
            }
            guard try SnapshotFile(file.name, in: rows, work.goOn) == file else {
                return "\(file.name) has another checksum"
            }
            try Files.syncFile(rows + "/" + file.name)
        }
        try Files.syncDirectory(rows)
        try Files.syncDirectory(path)
        return slotProblem()
    }

    /// Files can be as they were described and still hold another slot's state, or none.
    private func slotProblem() -> String? {
        do throws(RowError) {
            let store = try RowStore(
                directory: path, .readOnly, startName: "", cacheBytes: Limits.verifyCacheBytes)
            guard try store.appliedSlot() == description.slot else {
                return "the rows are those of another slot"
            }
            return nil
        } catch {
            return error.description
        }
    }
}
