package import Basics
package import Paxos

// Catch-up, and commands on their way to the leader: fields in the order of their declaration.

extension Message.CatchUpRequest: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        fromSlot.encode(into: &writer)
        writer.writeVarint(UInt64(bytesMax))
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let fromSlot = try Slot(from: &reader)
        let bytesMax = try reader.readNarrowVarint()
        self.init(fromSlot: fromSlot, bytesMax: bytesMax)
    }
}

extension Message.CatchUpValues: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        fromSlot.encode(into: &writer)
        writer.writeArray(values)
        decidedUpTo.encode(into: &writer)
        truncatedUpTo.encode(into: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let fromSlot = try Slot(from: &reader)
        let values = try reader.readArray(of: Value.self, max: Limits.values)
        let decidedUpTo = try Slot(from: &reader)
        let truncatedUpTo = try Slot(from: &reader)
        self.init(
            fromSlot: fromSlot, values: values, decidedUpTo: decidedUpTo,
            truncatedUpTo: truncatedUpTo)
    }
}

extension Message.Forward: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeBytes(bundle)
        writer.write(hops)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let bundle = try reader.readBytes()
        let hops = try reader.readByte()
        self.init(bundle: bundle, hops: hops)
    }
}

extension Message.Host: ByteCodable {
    package func encode(into writer: inout ByteWriter) { writer.writeBytes(payload) }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        self.init(payload: try reader.readBytes())
    }
}
