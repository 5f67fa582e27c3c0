extension WireReader {
    /// Reads past the value of a field that nobody knows, whose tag has just been read.
    public mutating func skip(_ tag: UInt32) throws(WireError) {
        switch tag & 7 {
        case 0: _ = try readVarint()
        case 1: try skipBytes(8)
        case 2: _ = try readSlice()
        case 3: try skipGroup(number: tag >> 3)
        case 4: throw .unbalancedGroup
        case 5: try skipBytes(4)
        default: throw .invalidTag
        }
    }

    private mutating func skipBytes(_ count: Int) throws(WireError) {
        guard remaining >= count else { throw .truncated }
        position += count
    }

    /// Reads past the fields of a group (proto2's older form of a nested message) and its end.
    private mutating func skipGroup(number: UInt32) throws(WireError) {
        guard depthLeft > 0 else { throw .nestedTooDeep }
        depthLeft -= 1
        while true {
            let tag = try readTag()
            if tag == 0 { throw .truncated }
            if tag & 7 == 4 {
                guard tag >> 3 == number else { throw .unbalancedGroup }
                break
            }
            try skip(tag)
        }
        depthLeft += 1
    }
}
