/// What can be wrong with bytes that ought to be a serialized message.
public enum WireError: Error, Equatable, Sendable {
    /// The bytes end before the message does.
    case truncated
    /// A varint of more than ten bytes, or above 64 bits.
    case varintTooLong
    /// A tag with field number 0, an unknown wire type, or more than 32 bits.
    case invalidTag
    /// A group that is closed but was never opened, or the other way round.
    case unbalancedGroup
    /// A string that is not UTF-8.
    case invalidUTF8
    /// More messages within each other than the room allows.
    case nestedTooDeep
}
