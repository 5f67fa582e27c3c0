internal import Basics
internal import Paxos
internal import PaxosCodec
internal import Rows

/// What two replicas say to each other about a snapshot: the one that lacks it asks and pulls, the other answers.
enum SnapshotMessage: Equatable {
    /// Give me a state of at least this slot.
    case ask(atLeast: UInt64)
    /// These are its files; nil: there is none.
    case offer(SnapshotDescription?)
    case read(slot: UInt64, file: Int, offset: UInt64, bytesMax: Int)
    /// Nil: there is no such snapshot any more.
    case bytes(slot: UInt64, file: Int, offset: UInt64, [UInt8]?)
    /// It is being made.
    case making
    /// Its files are not as they were described.
    case damaged(slot: UInt64)
}

extension SnapshotMessage {
    /// The byte form.
    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 64 + payloadCount)
        switch self {
        case .ask(let slot):
            writer.write(UInt8(1))
            writer.writeVarint(slot)
        case .offer(let description):
            writer.write(UInt8(2))
            writer.writeFlag(description != nil)
            if let description {
                writer.writeVarint(description.slot)
                description.writeFiles(to: &writer)
            }
        case .read(let slot, let file, let offset, let bytesMax):
            writer.write(UInt8(3))
            for number in [slot, UInt64(file), offset, UInt64(bytesMax)] {
                writer.writeVarint(number)
            }
        case .bytes(let slot, let file, let offset, let bytes):
            writer.write(UInt8(4))
            for number in [slot, UInt64(file), offset] { writer.writeVarint(number) }
            writer.writeFlag(bytes != nil)
            if let bytes { writer.writeBytes(bytes) }
        case .making:
            writer.write(UInt8(5))
        case .damaged(let slot):
            writer.write(UInt8(6))
            writer.writeVarint(slot)
        }
        return writer.bytes
    }

    private var payloadCount: Int {
        if case .bytes(_, _, _, let bytes?) = self { return bytes.count }
        return 0
    }

    /// Reads what a peer sent; nil if it is no such message.
    init?(_ payload: [UInt8]) {
        let read: SnapshotMessage? = payload.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            guard let message = try? SnapshotMessage(from: &reader), reader.isAtEnd else {
                return nil
            }
            return message
        }
        guard let read else { return nil }
        self = read
    }

    private init(from reader: inout ByteReader) throws(ByteReaderError) {
        switch try reader.readByte() {
        case 1: self = .ask(atLeast: try Self.readSlot(&reader))
        case 2:
            self = .offer(
                try reader.readFlag()
                    ? try SnapshotDescription(slot: Self.readSlot(&reader), filesFrom: &reader)
                    : nil)
        case 3:
            self = .read(
                slot: try Self.readSlot(&reader), file: try Self.readNumber(&reader),
                offset: try Self.readOffset(&reader), bytesMax: try Self.readNumber(&reader))
        case 4:
            self = .bytes(
                slot: try Self.readSlot(&reader), file: try Self.readNumber(&reader),
                offset: try Self.readOffset(&reader),
                try reader.readFlag() ? Array(try reader.readSlice()) : nil)
        case 5: self = .making
        case 6: self = .damaged(slot: try Self.readSlot(&reader))
        default: throw .invalid("kind of message about a snapshot")
        }
    }

    private static func readSlot(_ reader: inout ByteReader) throws(ByteReaderError) -> UInt64 {
        try Slot(from: &reader).rawValue
    }

    private static func readOffset(_ reader: inout ByteReader) throws(ByteReaderError) -> UInt64 {
        let offset = try reader.readVarint()
        guard offset <= Rows.Limits.snapshotBytesMax else { throw .invalid("offset") }
        return offset
    }

    private static func readNumber(_ reader: inout ByteReader) throws(ByteReaderError) -> Int {
        guard let number = Int(exactly: try reader.readVarint()) else { throw .invalid("number") }
        return number
    }
}
