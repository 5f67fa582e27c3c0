package import Basics
package import Paxos

/// The round is small and grows: a varint. Replica and incarnation are random: eight bytes each.
extension Ballot: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarint(round)
        writer.writeFixed64(replica.rawValue)
        writer.writeFixed64(incarnation.rawValue)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let round = try reader.readRound()
        let replica = ReplicaID(try reader.readFixed64())
        let incarnation = Incarnation(try reader.readFixed64())
        self.init(round: round, replica: replica, incarnation: incarnation)
    }
}

extension Slot: ByteCodable {
    package func encode(into writer: inout ByteWriter) { writer.writeVarint(rawValue) }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(try reader.readSlot())
    }
}
