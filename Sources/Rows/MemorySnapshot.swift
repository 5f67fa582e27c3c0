internal import Basics
internal import MVCC

/// A snapshot of `MemoryRows`: the files' bytes.
struct MemorySnapshot {
    let description: SnapshotDescription
    private(set) var files: [[UInt8]]

    /// Two files: the history has its own.
    init(slot: UInt64, of contents: MemoryRows.Contents) {
        var writers = [ByteWriter(), ByteWriter()]
        for (key, value) in zip(contents.keys, contents.values) {
            let file = key[0] == RowLayout.history ? 1 : 0
            writers[file].writeBytes(key)
            writers[file].writeBytes(value)
        }
        files = writers.map(\.bytes)
        description = SnapshotDescription(
            slot: slot,
            files: zip(["rows", "history"], files).map(Self.describe))
    }

    /// A bit flips where the files lie.
    mutating func rot(_ number: (_ below: Int) -> Int) {
        let file = files[0].isEmpty ? 1 : 0
        guard !files[file].isEmpty else { return }
        files[file][number(files[file].count)] ^= UInt8(1 << number(8))
    }

    /// The first file is longer or shorter.
    mutating func changeLength(by byteCount: Int) {
        if byteCount < 0 {
            files[0].removeLast(-byteCount)
        } else {
            files[0] += [UInt8](repeating: 0, count: byteCount)
        }
    }

    static func describe(_ name: String, _ bytes: [UInt8]) -> SnapshotFile {
        SnapshotFile(
            name: name, byteCount: UInt64(bytes.count), checksum: CRC32C.checksum(bytes))
    }

    /// The rows that files hold; nil if they hold something else.
    static func contents(of files: [[UInt8]]) -> MemoryRows.Contents? {
        var contents = MemoryRows.Contents()
        for file in files {
            guard file.withUnsafeBytes({ read($0, into: &contents) }) else { return nil }
        }
        return contents
    }

    private static func read(
        _ file: UnsafeRawBufferPointer, into contents: inout MemoryRows.Contents
    ) -> Bool {
        var reader = ByteReader(file)
        while !reader.isAtEnd {
            do throws(ByteReaderError) {
                let key = try reader.readBytes()
                let value = try reader.readBytes()
                if let last = contents.keys.last, KeyOrder.compare(last, key) >= 0 { return false }
                contents.append(key, value)
            } catch {
                return false
            }
        }
        return true
    }
}
