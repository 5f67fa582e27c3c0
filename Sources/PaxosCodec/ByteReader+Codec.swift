package import Basics

extension ByteReader {
    /// One byte. Not the generic `read`, which is not specialized across modules and is slow.
    package mutating func readByte() throws(ByteReaderError) -> UInt8 { try readRaw(1)[0] }

    /// Eight bytes, lowest first.
    mutating func readFixed64() throws(ByteReaderError) -> UInt64 {
        UInt64(littleEndian: try readRaw(8).loadUnaligned(as: UInt64.self))
    }

    /// A byte that must be 0 or 1.
    package mutating func readFlag() throws(ByteReaderError) -> Bool {
        let byte = try readByte()
        guard byte <= 1 else { throw .invalid("flag") }
        return byte == 1
    }

    /// A varint that counts slots: whoever adds to one needs not look whether it overflows.
    mutating func readSlot() throws(ByteReaderError) -> UInt64 {
        try readCounter("slot", saidMax: Limits.saidSlotMax)
    }

    /// A varint that counts rounds.
    mutating func readRound() throws(ByteReaderError) -> UInt64 {
        try readCounter("round", saidMax: Limits.saidCounterMax)
    }

    /// A varint of log time, in milliseconds.
    mutating func readLogTime() throws(ByteReaderError) -> UInt64 {
        try readCounter("log time", saidMax: Limits.saidCounterMax)
    }

    /// A number that rises step by step.
    private mutating func readCounter(
        _ name: String, saidMax: UInt64
    ) throws(ByteReaderError) -> UInt64 {
        let value = try readVarint()
        guard value <= (isOfThisNode ? Limits.ownCounterMax : saidMax) else {
            throw .invalid(name)
        }
        return value
    }

    /// A varint that must fit 32 bits.
    mutating func readNarrowVarint() throws(ByteReaderError) -> UInt32 {
        let value = try readVarint()
        guard let narrow = UInt32(exactly: value) else { throw .invalid("32-bit number") }
        return narrow
    }

    /// A varint count that is at most `max`. Every element has at least one byte, so that a count
    /// above the bytes that are left is a lie.
    package mutating func readCount(max: Int) throws(ByteReaderError) -> Int {
        let count = try readVarint()
        guard count <= UInt64(max) else { throw .invalid("count") }
        guard count <= UInt64(remaining) else { throw .truncated }
        return Int(count)
    }

    mutating func readArray<Element: ByteCodable>(
        of type: Element.Type, max: Int
    ) throws(ByteReaderError) -> [Element] {
        let count = try readCount(max: max)
        var elements: [Element] = []
        elements.reserveCapacity(min(count, Limits.reservedElements))
        for _ in 0..<count { elements.append(try Element(from: &self)) }
        return elements
    }

    mutating func readStrings(max: Int) throws(ByteReaderError) -> [String] {
        let count = try readCount(max: max)
        var strings: [String] = []
        strings.reserveCapacity(min(count, Limits.reservedElements))
        for _ in 0..<count { strings.append(try readString()) }
        return strings
    }

    /// Nothing may follow.
    func expectEnd() throws(ByteReaderError) {
        guard isAtEnd else { throw .invalid("bytes after the end") }
    }
}

extension ByteWriter {
    /// Eight bytes, lowest first. Not the generic `write`, which is slow across modules.
    mutating func writeFixed64(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { writeRaw($0) }
    }

    package mutating func writeFlag(_ flag: Bool) { write(UInt8(flag ? 1 : 0)) }

    mutating func writeArray<Element: ByteCodable>(_ elements: [Element]) {
        writeVarint(UInt64(elements.count))
        for element in elements { element.encode(into: &self) }
    }

    mutating func writeStrings(_ strings: [String]) {
        writeVarint(UInt64(strings.count))
        for string in strings { writeString(string) }
    }
}
