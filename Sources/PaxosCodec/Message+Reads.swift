package import Basics
package import Paxos

// Linearizable reads: fields in the order of their declaration.

extension Message.ReadRound: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        writer.writeVarint(number)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let number = try reader.readVarint()
        self.init(ballot: ballot, number: number)
    }
}

extension Message.ReadRoundAnswer: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        writer.writeVarint(number)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let number = try reader.readVarint()
        self.init(ballot: ballot, number: number)
    }
}

extension Message.ReadRequest: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeFixed64(incarnation.rawValue)
        writer.writeVarint(boot.rawValue)
        writer.writeVarint(counter)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let incarnation = Incarnation(try reader.readFixed64())
        let boot = BootNumber(try reader.readVarint())
        let counter = try reader.readVarint()
        self.init(incarnation: incarnation, boot: boot, counter: counter)
    }
}

extension Message.ReadAnswer: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        request.encode(into: &writer)
        slot.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let request = try Message.ReadRequest(from: &reader)
        let slot = try Slot(from: &reader)
        self.init(request: request, slot: slot)
    }
}
