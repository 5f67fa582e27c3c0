package import Basics
package import Paxos

// Who leads: fields in the order of their declaration.

extension Message.Probe: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarint(number)
        decidedUpTo.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let number = try reader.readVarint()
        let decidedUpTo = try Slot(from: &reader)
        self.init(number: number, decidedUpTo: decidedUpTo)
    }
}

extension Message.ProbeAnswer: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarint(number)
        writer.writeFlag(wouldPromise)
        promised.encode(into: &writer)
        decidedUpTo.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let number = try reader.readVarint()
        let wouldPromise = try reader.readFlag()
        let promised = try Ballot(from: &reader)
        let decidedUpTo = try Slot(from: &reader)
        self.init(
            number: number, wouldPromise: wouldPromise, promised: promised, decidedUpTo: decidedUpTo
        )
    }
}

extension Message.Prepare: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        fromSlot.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let fromSlot = try Slot(from: &reader)
        self.init(ballot: ballot, fromSlot: fromSlot)
    }
}

extension Message.Promise: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        fromSlot.encode(into: &writer)
        truncatedUpTo.encode(into: &writer)
        decidedUpTo.encode(into: &writer)
        highestAccepted.encode(into: &writer)
        writer.writeVarint(UInt64(chunk))
        writer.writeFlag(isLast)
        writer.writeArray(values)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let fromSlot = try Slot(from: &reader)
        let truncatedUpTo = try Slot(from: &reader)
        let decidedUpTo = try Slot(from: &reader)
        let highestAccepted = try Slot(from: &reader)
        let chunk = try reader.readNarrowVarint()
        let isLast = try reader.readFlag()
        let values = try reader.readArray(of: AcceptedValue.self, max: Limits.values)
        self.init(
            ballot: ballot, fromSlot: fromSlot, truncatedUpTo: truncatedUpTo,
            decidedUpTo: decidedUpTo, highestAccepted: highestAccepted, chunk: chunk,
            isLast: isLast, values: values)
    }
}

extension Message.TakeOver: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        decidedUpTo.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let decidedUpTo = try Slot(from: &reader)
        self.init(ballot: ballot, decidedUpTo: decidedUpTo)
    }
}

extension Message.Retire: ByteCodable {
    package func encode(into writer: inout ByteWriter) { slot.encode(into: &writer) }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(slot: try Slot(from: &reader))
    }
}

extension Message.Removed: ByteCodable {
    package func encode(into writer: inout ByteWriter) { slot.encode(into: &writer) }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(slot: try Slot(from: &reader))
    }
}
