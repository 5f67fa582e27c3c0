package import Basics
package import Paxos

// Phase 2, decisions and heartbeats: fields in the order of their declaration.

extension Message.Accept: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        slot.encode(into: &writer)
        decidedUpTo.encode(into: &writer)
        value.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let slot = try Slot(from: &reader)
        let decidedUpTo = try Slot(from: &reader)
        let value = try Value(from: &reader)
        self.init(ballot: ballot, slot: slot, decidedUpTo: decidedUpTo, value: value)
    }
}

extension Message.Accepted: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        first.encode(into: &writer)
        last.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let first = try Slot(from: &reader)
        let last = try Slot(from: &reader)
        self.init(ballot: ballot, first: first, last: last)
    }
}

extension Message.Reject: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        promised.encode(into: &writer)
        writer.writeFlag(knowsLiveLeader)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let promised = try Ballot(from: &reader)
        let knowsLiveLeader = try reader.readFlag()
        self.init(ballot: ballot, promised: promised, knowsLiveLeader: knowsLiveLeader)
    }
}

extension Message.Decide: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        ballot.encode(into: &writer)
        upTo.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let ballot = try Ballot(from: &reader)
        let upTo = try Slot(from: &reader)
        self.init(ballot: ballot, upTo: upTo)
    }
}

extension Message.Heartbeat: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarint(number)
        ballot.encode(into: &writer)
        writer.writeFlag(isLeader)
        writer.writeVarint(UInt64(silenceMilliseconds))
        decidedUpTo.encode(into: &writer)
        writer.writeVarint(UInt64(unflushedMilliseconds))
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let number = try reader.readVarint()
        let ballot = try Ballot(from: &reader)
        let isLeader = try reader.readFlag()
        let silenceMilliseconds = try reader.readNarrowVarint()
        let decidedUpTo = try Slot(from: &reader)
        let unflushedMilliseconds = try reader.readNarrowVarint()
        self.init(
            number: number, ballot: ballot, isLeader: isLeader,
            silenceMilliseconds: silenceMilliseconds, decidedUpTo: decidedUpTo,
            unflushedMilliseconds: unflushedMilliseconds)
    }
}

extension Message.HeartbeatAnswer: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeVarint(number)
        promised.encode(into: &writer)
        durableUpTo.encode(into: &writer)
        configurationSlot.encode(into: &writer)
        writer.writeVarint(UInt64(unflushedMilliseconds))
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let number = try reader.readVarint()
        let promised = try Ballot(from: &reader)
        let durableUpTo = try Slot(from: &reader)
        let configurationSlot = try Slot(from: &reader)
        let unflushedMilliseconds = try reader.readNarrowVarint()
        self.init(
            number: number, promised: promised, durableUpTo: durableUpTo,
            configurationSlot: configurationSlot, unflushedMilliseconds: unflushedMilliseconds)
    }
}
