internal import Basics

extension Sessions: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.writeVarint(lastID)
        writer.writeVarint(UInt64(count))
        var place = useOrder.oldest
        while let current = place {
            rows[current].write(to: &writer)
            place = useOrder.next(after: current)
        }
        writer.writeVarint(UInt64(details.count))
        for index in 0..<details.count {
            writer.writeVarint(details[index].session)
            writer.writeVarint(details[index].sequence)
            writer.writeVarint(UInt64(details[index].byteCount))
        }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        lastID = try reader.readVarint()
        for _ in 0..<(try reader.readVarint()) {
            let row = try SessionRow(from: &reader)
            guard !has(row.id) else { throw .invalid("a session that comes twice") }
            append(row)
        }
        for _ in 0..<(try reader.readVarint()) {
            append(
                KeptDetail(
                    session: try reader.readVarint(), sequence: try reader.readVarint(),
                    byteCount: try Self.readByteCount(&reader)))
        }
    }

    /// What one request makes a session keep.
    private static func readByteCount(_ reader: inout ByteReader) throws(ByteReaderError) -> Int {
        guard let count = Int32(exactly: try reader.readVarint()) else {
            throw .invalid("the length of a result")
        }
        return Int(count)
    }
}

extension SessionRow: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.writeVarint(id)
        writer.writeVarint(lastUsedMilliseconds)
        let results = remembered
        writer.writeVarint(UInt64(results.count))
        for result in results { result.write(to: &writer) }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(id: try reader.readVarint(), lastUsedMilliseconds: try reader.readVarint())
        for _ in 0..<(try reader.readVarint()) {
            let result = try SessionResult(from: &reader)
            // As they are written: the lowest sequence first.
            guard result.sequence > highest, isRemembered(result.sequence) else {
                throw .invalid("a session's result")
            }
            keep(result)
        }
    }
}

extension SessionResult: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.writeVarint(sequence)
        writer.write(kind.rawValue)
        writer.write(requestChecksum)
        writer.writeVarint(error.map { UInt64($0.rawValue) + 1 } ?? 0)
        writer.write(revision)
        writer.write(number)
        writer.writeBytes(detail)
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        self = .none
        sequence = try reader.readVarint()
        guard let kind = CommandKind(rawValue: try reader.read()) else {
            throw .invalid("a kind of command")
        }
        self.kind = kind
        requestChecksum = try reader.read()
        let error = try reader.readVarint()
        if error > 0 {
            guard let known = KVError(rawValue: .init(truncatingIfNeeded: error - 1)) else {
                throw .invalid("an error")
            }
            self.error = known
        }
        revision = try reader.read()
        number = try reader.read()
        detail = Array(try reader.readSlice())
    }
}
