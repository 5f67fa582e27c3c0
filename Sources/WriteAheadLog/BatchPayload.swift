internal import Basics
internal import Paxos
internal import PaxosCodec

/// What stands behind batch headers: sections of records, and the beginning of a state batch.
enum BatchPayload {
    /// Which life a state batch belongs to, and the newest starts of that life, its own last.
    struct Start: Equatable {
        var incarnation: Incarnation
        var starts: [ProcessStart]
    }

    static func writeStart(_ start: Start, into writer: inout ByteWriter) {
        writer.write(start.incarnation.rawValue)
        writer.writeVarint(UInt64(start.starts.count))
        for start in start.starts { start.encode(into: &writer) }
    }

    static func readStart(from reader: inout ByteReader) throws(ByteReaderError) -> Start {
        let incarnation = Incarnation(try reader.read(UInt64.self))
        let count = try reader.readVarint()
        guard (1...UInt64(Limits.starts)).contains(count) else { throw .invalid("starts") }
        var starts: [ProcessStart] = []
        for _ in 0..<count { starts.append(try ProcessStart(from: &reader)) }
        return Start(incarnation: incarnation, starts: starts)
    }

    static func writeSection(
        _ group: GroupID, _ records: ArraySlice<DurableRecord>, into writer: inout ByteWriter
    ) {
        writer.writeVarint(UInt64(group.rawValue))
        writer.writeVarint(UInt64(records.count))
        for record in records { record.encode(into: &writer) }
    }

    /// The records of the standard group in a state batch; nil if it makes no sense.
    static func stateRecords(_ payload: UnsafeRawBufferPointer) -> [DurableRecord]? {
        var reader = ByteReader(payload)
        var records: [DurableRecord] = []
        do throws(ByteReaderError) {
            _ = try readStart(from: &reader)
            try readSections(from: &reader) { group, record in
                if group == .standard { records.append(record) }
            }
        } catch {
            return nil
        }
        return records
    }

    /// Reads sections to the end.
    static func readSections(
        from reader: inout ByteReader,
        _ body: (GroupID, DurableRecord) throws(ByteReaderError) -> Void
    ) throws(ByteReaderError) {
        while !reader.isAtEnd {
            let raw = try reader.readVarint()
            guard let number = UInt32(exactly: raw) else { throw .invalid("group") }
            let count = try reader.readVarint()
            guard count <= UInt64(Limits.recordsPerSection) else { throw .invalid("count") }
            for _ in 0..<count {
                try body(GroupID(number), try DurableRecord(from: &reader))
            }
        }
    }
}
