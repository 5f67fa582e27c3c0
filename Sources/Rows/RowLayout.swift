internal import Basics
package import MVCC

/// Which rows a keyspace has, and how their keys are written: "current plus undo" (docs/DataOnDisk.md).
///
/// Four kinds, told apart by the first byte, in this order: what is rewritten by each flush lies together, and the
/// history, to which flushes only append, above all else, so that it goes to the oldest level at once (P33).
package enum RowLayout {
    /// key → newest state. No row: the key does not exist.
    package static let current: UInt8 = 1
    /// key, revision → changes of the key before that revision. One for some changes of a key in one flush: the
    /// newest of them is in the row's key, the others in its value.
    package static let index: UInt8 = 2
    /// name → a table of the state machine.
    package static let table: UInt8 = 3
    /// revision → change, with the state before.
    package static let history: UInt8 = 4

    /// Ends a key in the index: below every byte that may follow, so that the rows of a key lie together, before
    /// those of keys that begin with it.
    private static let keyEnd: [UInt8] = [0, 1]
    /// Stands for a zero byte of a key in the index.
    private static let escapedZero: [UInt8] = [0, 0xFF]

    package static func currentKey(_ key: [UInt8]) -> [UInt8] { [current] + key }

    package static func tableKey(_ name: String) -> [UInt8] { [table] + name.utf8 }

    package static func historyKey(_ revision: Revision) -> [UInt8] {
        [history] + bigEndian(UInt64(revision.main)) + bigEndian(UInt32(revision.sub))
    }

    /// The first row of the history at or above a main revision.
    package static func historyKey(from main: Int64) -> [UInt8] {
        [history] + bigEndian(UInt64(max(0, main)))
    }

    /// What the rows of a key in the index begin with.
    package static func indexPrefix(_ key: [UInt8]) -> [UInt8] {
        var prefix = ByteWriter(capacity: key.count + 3)
        prefix.write(index)
        writeEscaped(key, to: &prefix)
        return prefix.bytes
    }

    package static func indexKey(_ key: [UInt8], _ revision: Revision) -> [UInt8] {
        var row = ByteWriter(capacity: key.count + 15)
        row.write(index)
        writeIndexKey(key, revision, to: &row)
        return row.bytes
    }

    /// The key of a row of the index, without its first byte.
    static func writeIndexKey(_ key: [UInt8], _ revision: Revision, to writer: inout ByteWriter) {
        writeEscaped(key, to: &writer)
        write(revision, to: &writer)
    }

    /// So that the order of bytes is that of revisions.
    static func write(_ revision: Revision, to writer: inout ByteWriter) {
        writer.write(UInt64(revision.main).byteSwapped)
        writer.write(UInt32(revision.sub).byteSwapped)
    }

    private static func writeEscaped(_ key: [UInt8], to writer: inout ByteWriter) {
        if key.contains(0) {
            for byte in key {
                if byte == 0 { writer.writeRaw(escapedZero) } else { writer.write(byte) }
            }
        } else {
            writer.writeRaw(key)
        }
        writer.writeRaw(keyEnd)
    }

    /// The first row of the index that belongs to `key` or a later one.
    static func indexLower(_ key: [UInt8]) -> [UInt8] { Array(indexPrefix(key).dropLast(2)) }

    /// The key and the revision of a row of the index; nil if it is none.
    static func readIndexKey(
        _ row: UnsafeRawBufferPointer
    ) -> (key: [UInt8], revision: Revision)? {
        var key: [UInt8] = []
        var place = 1
        while place + 1 < row.count {
            if row[place] != 0 {
                key.append(row[place])
                place += 1
            } else if row[place + 1] == escapedZero[1] {
                key.append(0)
                place += 2
            } else {
                guard row[place + 1] == keyEnd[1], row.count == place + 14 else { return nil }
                return (key, readRevision(row, at: place + 2))
            }
        }
        return nil
    }

    /// The revision of a row of the history; nil if it is none.
    static func readHistoryKey(_ row: UnsafeRawBufferPointer) -> Revision? {
        guard row.count == 13, row[0] == history else { return nil }
        return readRevision(row, at: 1)
    }

    private static func readRevision(_ row: UnsafeRawBufferPointer, at place: Int) -> Revision {
        let main = row.loadUnaligned(fromByteOffset: place, as: UInt64.self).bigEndian
        let sub = row.loadUnaligned(fromByteOffset: place + 8, as: UInt32.self).bigEndian
        return Revision(main: Int64(bitPattern: main), sub: Int64(sub))
    }

    /// Whether nobody reads the row with this key once `compactedRevision` is durable: changes below it, and what
    /// leads to changes at or below it. The change at it stays: a watch may start there (P35).
    package static func isObsolete(
        _ key: UnsafeRawBufferPointer, compactedRevision: Int64
    ) -> Bool {
        guard key.count >= 13 else { return false }
        let isIndex = key[0] == index
        guard isIndex || key[0] == history else { return false }
        let place = isIndex ? key.count - 12 : 1
        let main = key.loadUnaligned(fromByteOffset: place, as: UInt64.self).bigEndian
        return isIndex ? main <= compactedRevision : main < compactedRevision
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
