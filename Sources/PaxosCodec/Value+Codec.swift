package import Basics
package import Paxos

extension Value: ByteCodable {
    private enum Kind {
        static let noOperation: UInt8 = 0
        static let lead: UInt8 = 1
        static let batch: UInt8 = 2
        static let membership: UInt8 = 3
        static let reference: UInt8 = 4
    }

    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .noOperation:
            writer.write(Kind.noOperation)
        case .lead(let lead):
            writer.write(Kind.lead)
            lead.ballot.encode(into: &writer)
            writer.writeVarint(lead.logTimeMilliseconds)
        case .batch(let batch):
            writer.write(Kind.batch)
            writer.writeVarint(batch.logTimeMilliseconds)
            writer.writeBytes(batch.payload)
        case .membership(let membership):
            writer.write(Kind.membership)
            membership.encode(into: &writer)
        case .reference(let reference):
            writer.write(Kind.reference)
            reference.encode(into: &writer)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        switch try reader.readByte() {
        case Kind.noOperation:
            self = .noOperation
        case Kind.lead:
            let ballot = try Ballot(from: &reader)
            self = .lead(Lead(ballot: ballot, logTimeMilliseconds: try reader.readLogTime()))
        case Kind.batch:
            let logTime = try reader.readLogTime()
            self = .batch(Batch(logTimeMilliseconds: logTime, payload: try reader.readBytes()))
        case Kind.membership:
            self = .membership(try Membership(from: &reader))
        case Kind.reference:
            self = .reference(try Reference(from: &reader))
        default:
            throw .invalid("kind of value")
        }
    }
}

extension Value.Reference: ByteCodable {
    /// SHA-256.
    private static let digestBytes = 32

    package func encode(into writer: inout ByteWriter) {
        precondition(digest.count == Self.digestBytes, "a digest has 32 bytes")
        writer.writeRaw(digest)
        writer.writeVarint(byteCount)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let digest = [UInt8](try reader.readRaw(Self.digestBytes))
        self.init(digest: digest, byteCount: try reader.readVarint())
    }
}

extension AcceptedValue: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        slot.encode(into: &writer)
        ballot.encode(into: &writer)
        value.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let slot = try Slot(from: &reader)
        let ballot = try Ballot(from: &reader)
        self.init(slot: slot, ballot: ballot, value: try Value(from: &reader))
    }
}
