internal import Basics
internal import MVCC

/// How the values of rows are written: varints, and bytes with their length, unless they end the row.
enum RowValues {
    /// What a key's newest state is written as.
    static func write(_ state: KeyState, to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(bitPattern: state.createRevision))
        writer.writeVarint(UInt64(bitPattern: state.modRevision))
        writer.writeVarint(UInt64(bitPattern: state.version))
        writer.writeVarint(UInt64(bitPattern: state.lease))
        writer.writeRaw(state.value)
    }

    static func readState(_ row: UnsafeRawBufferPointer) throws(RowError) -> KeyState {
        var reader = ByteReader(row)
        return try decode { () throws(ByteReaderError) in try readState(&reader) }
    }

    private static func readState(_ reader: inout ByteReader) throws(ByteReaderError) -> KeyState {
        let create = Int64(bitPattern: try reader.readVarint())
        let mod = Int64(bitPattern: try reader.readVarint())
        let version = Int64(bitPattern: try reader.readVarint())
        let lease = Int64(bitPattern: try reader.readVarint())
        let value = Array(try reader.readRaw(reader.remaining))
        return KeyState(
            value: value, createRevision: create, modRevision: mod, version: version, lease: lease)
    }

    /// What a row of the history holds.
    static func write(_ change: FlushedChange, to writer: inout ByteWriter) {
        writer.write(UInt8(change.isDelete ? 1 : 0))
        writer.writeVarint(UInt64(change.bytesBefore))
        writer.writeBytes(change.key)
        write(change.previous, to: &writer)
    }

    static func readChange(
        _ revision: Revision, _ row: UnsafeRawBufferPointer
    ) throws(RowError) -> FlushedChange {
        var reader = ByteReader(row)
        return try decode { () throws(ByteReaderError) in
            let isDelete = try reader.read(UInt8.self) == 1
            let bytesBefore = Int(truncatingIfNeeded: try reader.readVarint())
            let key = Array(try reader.readSlice())
            return FlushedChange(
                revision: revision, key: key, isDelete: isDelete,
                previous: try readState(&reader), bytesBefore: bytesBefore)
        }
    }

    /// What a row of the index holds: changes of its key before `newest`, oldest first.
    static func write(
        _ changes: ArraySlice<Revision>, before newest: Revision, to writer: inout ByteWriter
    ) {
        for change in changes {
            writer.writeVarint(UInt64(newest.main - change.main))
            writer.writeVarint(UInt64(change.sub))
        }
    }

    /// The first change above main revision `revision` in a row of the index whose newest one is `newest`; nil if
    /// there is none.
    static func readFirstChange(
        above revision: Int64, before newest: Revision, _ row: UnsafeRawBufferPointer
    ) throws(RowError) -> Revision? {
        guard newest.main > revision else { return nil }
        var reader = ByteReader(row)
        return try decode { () throws(ByteReaderError) in
            while reader.remaining > 0 {
                let distance = Int64(truncatingIfNeeded: try reader.readVarint())
                let sub = Int64(truncatingIfNeeded: try reader.readVarint())
                let main = newest.main &- distance
                if main > revision { return Revision(main: main, sub: sub) }
            }
            return newest
        }
    }

    private static func decode<Value>(
        _ body: () throws(ByteReaderError) -> Value
    ) throws(RowError) -> Value {
        do throws(ByteReaderError) {
            return try body()
        } catch {
            throw RowError("a row is not as it was written: \(error)")
        }
    }
}
