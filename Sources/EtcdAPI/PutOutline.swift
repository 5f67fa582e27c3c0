internal import Protobuf
internal import StateMachine

/// What must be known of a `PutRequest` before it is proposed: read from the bytes in place, because
/// the key and the value are copied once, into the command.
struct PutOutline: WireDecodable {
    private var hasKey = false
    private var hasValue = false
    private var hasLease = false
    private var ignoresValue = false
    private var ignoresLease = false

    init() {}

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: hasKey = try !reader.readSlice().isEmpty
            case 18: hasValue = try !reader.readSlice().isEmpty
            case 24: hasLease = try reader.readInt64() != 0
            case 40: ignoresValue = try reader.readBool()
            case 48: ignoresLease = try reader.readBool()
            default: try reader.skip(tag)
            }
        }
    }

    /// The rules of `RequestCheck.put`.
    func check() throws(KVError) {
        if !hasKey { throw .keyNotProvided }
        if ignoresValue && hasValue { throw .valueProvided }
        if ignoresLease && hasLease { throw .leaseProvided }
    }
}
