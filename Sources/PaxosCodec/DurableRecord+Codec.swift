package import Basics
package import Paxos

/// The log's records. Their version is the format version of the segment that holds them. Nobody but this node writes
/// them, nor sends them anywhere.
extension DurableRecord: ByteCodable {
    private enum Kind {
        static let promised: UInt8 = 1
        static let accepted: UInt8 = 2
        static let decided: UInt8 = 3
        static let learned: UInt8 = 4
        static let truncated: UInt8 = 5
        static let configuration: UInt8 = 6
        static let heard: UInt8 = 7
    }

    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .promised(let ballot):
            writer.write(Kind.promised)
            ballot.encode(into: &writer)
        case .accepted(let accepted):
            writer.write(Kind.accepted)
            accepted.encode(into: &writer)
        case .decided(let ballot, let upTo):
            writer.write(Kind.decided)
            ballot.encode(into: &writer)
            upTo.encode(into: &writer)
        case .learned(let slot, let value):
            writer.write(Kind.learned)
            slot.encode(into: &writer)
            value.encode(into: &writer)
        case .truncated(let upTo):
            writer.write(Kind.truncated)
            upTo.encode(into: &writer)
        case .configuration(let slot, let membership):
            writer.write(Kind.configuration)
            slot.encode(into: &writer)
            membership.encode(into: &writer)
        case .heard(let memory):
            writer.write(Kind.heard)
            memory.encode(into: &writer)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        reader.isOfThisNode = true
        switch try reader.readByte() {
        case Kind.promised:
            self = .promised(try Ballot(from: &reader))
        case Kind.accepted:
            self = .accepted(try AcceptedValue(from: &reader))
        case Kind.decided:
            let ballot = try Ballot(from: &reader)
            self = .decided(ballot: ballot, upTo: try Slot(from: &reader))
        case Kind.learned:
            let slot = try Slot(from: &reader)
            self = .learned(slot: slot, value: try Value(from: &reader))
        case Kind.truncated:
            self = .truncated(upTo: try Slot(from: &reader))
        case Kind.configuration:
            let slot = try Slot(from: &reader)
            self = .configuration(slot: slot, membership: try Membership(from: &reader))
        case Kind.heard:
            self = .heard(try PeerMemory(from: &reader))
        default:
            throw .invalid("kind of record")
        }
    }
}

extension PeerMemory: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeFixed64(replica.rawValue)
        writer.writeFixed64(incarnation.rawValue)
        start.encode(into: &writer)
        promised.encode(into: &writer)
        accepted.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let replica = ReplicaID(try reader.readFixed64())
        let incarnation = Incarnation(try reader.readFixed64())
        let start = try ProcessStart(from: &reader)
        let promised = try Ballot(from: &reader)
        self.init(
            replica: replica, incarnation: incarnation, start: start, promised: promised,
            accepted: try Slot(from: &reader))
    }
}

extension ProcessStart: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarint(boot.rawValue)
        writer.writeFixed64(nonce)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let boot = BootNumber(try reader.readVarint())
        self.init(boot: boot, nonce: try reader.readFixed64())
    }
}
