internal import Basics
internal import Paxos
internal import PaxosCodec

/// What stands behind batch headers: sections of records, and the beginning of a state batch.
enum BatchPayload {
    /// Which life and start a state batch belongs to.
    struct Start: Equatable {
        var incarnation: Incarnation
        var boot: BootNumber
        var nonce: UInt64
    }

    static func writeStart(_ start: Start, into writer: inout ByteWriter) {
        writer.write(start.incarnation.rawValue)
        writer.write(start.boot.rawValue)
        writer.write(start.nonce)
    }

    static func readStart(from reader: inout ByteReader) throws(ByteReaderError) -> Start {
        let incarnation = Incarnation(try reader.read(UInt64.self))
        let boot = BootNumber(try reader.read(UInt64.self))
        return Start(incarnation: incarnation, boot: boot, nonce: try reader.read(UInt64.self))
    }

    static func writeSection(
        _ group: GroupID, _ records: [DurableRecord], into writer: inout ByteWriter
    ) {
        writer.writeVarint(UInt64(group.rawValue))
        writer.writeVarint(UInt64(records.count))
        for record in records { record.encode(into: &writer) }
    }

    /// Reads sections to the end.
    static func readSections(
        from reader: inout ByteReader, _ body: (GroupID, DurableRecord) -> Void
    ) throws(ByteReaderError) {
        while !reader.isAtEnd {
            let raw = try reader.readVarint()
            guard let number = UInt32(exactly: raw) else { throw .invalid("group") }
            let count = try reader.readVarint()
            guard count <= UInt64(Limits.recordsPerSection) else { throw .invalid("count") }
            for _ in 0..<count { body(GroupID(number), try DurableRecord(from: &reader)) }
        }
    }
}
