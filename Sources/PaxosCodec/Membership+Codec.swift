package import Basics
package import Paxos

extension Seat: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeFixed64(replica.rawValue)
        writer.writeFixed64(incarnation.rawValue)
        writer.writeFlag(isVoter)
        writer.writeString(name)
        writer.writeStrings(peerURLs)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let replica = ReplicaID(try reader.readFixed64())
        let incarnation = Incarnation(try reader.readFixed64())
        let isVoter = try reader.readFlag()
        let name = try reader.readString()
        let peerURLs = try reader.readStrings(max: Limits.addresses)
        self.init(
            replica: replica, incarnation: incarnation, isVoter: isVoter, name: name,
            peerURLs: peerURLs)
    }
}

/// Seats in the order of their ids, so that equal memberships have equal bytes and equal hashes.
extension Membership: ByteCodable {
    package func encode(into writer: inout ByteWriter) { writer.writeArray(seats) }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let seats = try reader.readArray(of: Seat.self, max: Limits.seats)
        for (left, right) in zip(seats, seats.dropFirst()) {
            guard left.replica < right.replica else { throw .invalid("order of seats") }
        }
        self.init(seats: seats)
    }
}
