package import Basics
package import Paxos

/// A seat carries its own length, so that later versions can add fields behind those of today.
extension Seat: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        var body = ByteWriter(capacity: 128)
        body.writeFixed64(replica.rawValue)
        body.write(kind.rawValue)
        body.writeFlag(incarnation != nil)
        if let incarnation { body.writeFixed64(incarnation.rawValue) }
        body.writeString(name)
        body.writeStrings(peerURLs)
        body.writeStrings(clientURLs)
        body.writeRaw(laterFields)
        writer.writeBytes(body.bytes)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        var body = ByteReader(try reader.readSlice())
        let replica = ReplicaID(try body.readFixed64())
        guard let kind = Kind(rawValue: try body.readByte()) else { throw .invalid("kind of seat") }
        let incarnation = try body.readFlag() ? Incarnation(try body.readFixed64()) : nil
        guard kind != .voter || incarnation != nil else { throw .invalid("voter") }
        let name = try body.readString()
        let peerURLs = try body.readStrings(max: Limits.addresses)
        let clientURLs = try body.readStrings(max: Limits.addresses)
        self.init(
            replica: replica, incarnation: incarnation, kind: kind, name: name, peerURLs: peerURLs,
            clientURLs: clientURLs, laterFields: [UInt8](try body.readRaw(body.remaining)))
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
