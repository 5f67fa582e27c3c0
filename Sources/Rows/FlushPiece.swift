internal import Basics
package import MVCC

/// Rows of a flush on their way to a base, written where the table is: one copy of the bytes goes from the loop's
/// thread to that of the base, and nothing that both count references to.
///
/// Each row is: length of the key u32, length of the value u32 (the highest number: the row goes), key, value.
package struct FlushPiece: Sendable {
    private static let isGone = UInt32.max

    package private(set) var rowCount = 0
    private var writer: ByteWriter

    package init(capacity: Int = 0) { writer = ByteWriter(capacity: capacity) }

    /// With these changes, for tests.
    package init(changes: [FlushedChange]) {
        self.init()
        for change in changes { add(change) }
    }

    /// With these keys, for tests.
    package init(keys: [FlushedKey]) {
        self.init()
        for key in keys { add(key) }
    }

    /// What `keyspace` hands over next in the flush under way: first changes, then keys; nil when all was. It may be
    /// empty, if many keys have not changed.
    ///
    /// - Parameters:
    ///   - rowsMax: rows after which the piece ends; keys are looked at for changes up to twice as many.
    ///   - bytesMax: bytes after which it ends.
    package static func next(of keyspace: Keyspace, rowsMax: Int, bytesMax: Int = 1 << 20)
        -> FlushPiece?
    {
        var piece = FlushPiece(capacity: bytesMax + Limits.flushPieceSpareBytes)
        let hasMoreChanges = keyspace.visitFlushedChanges { change in
            piece.add(change)
            return piece.rowCount < rowsMax && piece.byteCount < bytesMax
        }
        if hasMoreChanges || piece.rowCount > 0 { return piece }
        let hasMoreKeys = keyspace.visitFlushedKeys(keysMax: 2 * rowsMax) { key in
            piece.add(key)
            return piece.rowCount < rowsMax && piece.byteCount < bytesMax
        }
        return hasMoreKeys || piece.rowCount > 0 ? piece : nil
    }

    package var byteCount: Int { writer.count }

    /// A row of the history.
    package mutating func add(_ change: FlushedChange) {
        let lengths = begin(RowLayout.history)
        RowLayout.write(change.revision, to: &writer)
        let valueStart = endKey(lengths)
        RowValues.write(change, to: &writer)
        endValue(lengths, valueStart)
    }

    /// A newest state, and the rows of the index that lead to the key's changes.
    package mutating func add(_ key: FlushedKey) {
        let lengths = begin(RowLayout.current)
        writer.writeRaw(key.key)
        let valueStart = endKey(lengths)
        if key.state.exists {
            RowValues.write(key.state, to: &writer)
            endValue(lengths, valueStart)
        } else {
            writer.overwrite(Self.isGone, at: lengths + 4)
        }
        var rest = key.changes[...]
        while let newest = rest.prefix(Limits.indexRowRevisions).last {
            addIndex(key.key, newest, rest.prefix(Limits.indexRowRevisions - 1))
            rest = rest.dropFirst(Limits.indexRowRevisions)
        }
    }

    private mutating func addIndex(
        _ key: [UInt8], _ newest: Revision, _ changes: ArraySlice<Revision>
    ) {
        let lengths = begin(RowLayout.index)
        RowLayout.writeIndexKey(key, newest, to: &writer)
        let valueStart = endKey(lengths)
        RowValues.write(changes.prefix { $0 < newest }, before: newest, to: &writer)
        endValue(lengths, valueStart)
    }

    /// Calls `body` with each row, in order; a row without a value goes.
    func visit(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(RowError)
            -> Void
    ) throws(RowError) {
        try borrow(writer.bytes) { bytes throws(RowError) in
            var place = 0
            while place < bytes.count {
                let keyCount = Int(
                    UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
                let valueCount = UInt32(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self))
                let valueStart = place + 8 + keyCount
                place = valueStart + (valueCount == Self.isGone ? 0 : Int(valueCount))
                let key = UnsafeRawBufferPointer(
                    rebasing: bytes[(valueStart - keyCount)..<valueStart])
                let value = UnsafeRawBufferPointer(rebasing: bytes[valueStart..<place])
                try body(key, valueCount == Self.isGone ? nil : value)
            }
        }
    }

    /// Begins a row, whose lengths are not known yet. Returns where they stand.
    private mutating func begin(_ kind: UInt8) -> Int {
        let lengths = writer.count
        writer.write(UInt64(0))
        writer.write(kind)
        rowCount += 1
        return lengths
    }

    /// Returns where the value begins.
    private mutating func endKey(_ lengths: Int) -> Int {
        writer.overwrite(UInt32(writer.count - lengths - 8), at: lengths)
        return writer.count
    }

    private mutating func endValue(_ lengths: Int, _ start: Int) {
        writer.overwrite(UInt32(writer.count - start), at: lengths + 4)
    }
}
