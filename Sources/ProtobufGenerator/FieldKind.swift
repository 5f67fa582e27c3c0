/// The kinds of values that fields have; the kinds of descriptor.proto that are missing here, no
/// file of ours uses.
enum FieldKind: Equatable {
    case int32, int64, uint32, uint64, bool, string, bytes
    /// The enum's name in Swift.
    case enumeration(String)
    /// The message's name in Swift.
    case message(String)

    init?(_ field: FieldDescriptor, in schema: Schema) {
        switch field.typeNumber {
        case 3: self = .int64
        case 4: self = .uint64
        case 5: self = .int32
        case 8: self = .bool
        case 9: self = .string
        case 11: self = .message(schema.swiftName(field.typeName))
        case 12: self = .bytes
        case 13: self = .uint32
        case 14: self = .enumeration(schema.swiftName(field.typeName))
        default: return nil
        }
    }

    var swiftType: String {
        switch self {
        case .int32: "Int32"
        case .int64: "Int64"
        case .uint32: "UInt32"
        case .uint64: "UInt64"
        case .bool: "Bool"
        case .string: "String"
        case .bytes: "[UInt8]"
        case .enumeration(let name), .message(let name): name
        }
    }

    /// The value of a field that is not set.
    var defaultValue: String {
        switch self {
        case .int32, .int64, .uint32, .uint64: "0"
        case .bool: "false"
        case .string: "\"\""
        case .bytes: "[]"
        case .enumeration(let name), .message(let name): "\(name)()"
        }
    }

    /// 0 for a varint, 2 for a length and bytes.
    var wireType: Int {
        switch self {
        case .int32, .int64, .uint32, .uint64, .bool, .enumeration: 0
        case .string, .bytes, .message: 2
        }
    }

    /// The expression that reads a value, except for messages, which are read in place.
    var readCall: String {
        switch self {
        case .int32: "reader.readInt32()"
        case .int64: "reader.readInt64()"
        case .uint32: "reader.readUInt32()"
        case .uint64: "reader.readUInt64()"
        case .bool: "reader.readBool()"
        case .string: "reader.readString()"
        case .bytes: "reader.readBytes()"
        case .enumeration: "reader.readEnum()"
        case .message: preconditionFailure("messages are read in place")
        }
    }

    /// The call that reads a value from a JSON member.
    var jsonReadCall: String {
        switch self {
        case .int32, .int64, .uint32, .uint64: "integer()"
        case .bool: "bool()"
        case .string: "string()"
        case .bytes: "bytes()"
        case .enumeration: "enumeration()"
        case .message: "message()"
        }
    }

    /// The expression for the size of `value` without its tag.
    func size(of value: String) -> String {
        switch self {
        case .int32, .int64, .uint32, .uint64, .enumeration: "WireSize.varint(\(value))"
        case .bool: "1"
        case .string: "WireSize.string(\(value))"
        case .bytes: "WireSize.bytes(\(value))"
        case .message: "WireSize.message(\(value))"
        }
    }

    /// The expression for the varint that stands for `value`.
    func varint(of value: String) -> String {
        switch self {
        case .int32: "UInt64(bitPattern: Int64(\(value)))"
        case .int64: "UInt64(bitPattern: \(value))"
        case .uint32: "UInt64(\(value))"
        case .uint64: value
        case .bool: "\(value) ? 1 : 0"
        case .enumeration: "UInt64(bitPattern: Int64(\(value).rawValue))"
        case .string, .bytes, .message: preconditionFailure("not a varint")
        }
    }

    /// The condition that `value` is not the default.
    func isSet(_ value: String) -> String {
        switch self {
        case .int32, .int64, .uint32, .uint64: "\(value) != 0"
        case .bool: value
        case .string, .bytes: "!\(value).isEmpty"
        case .enumeration: "\(value).rawValue != 0"
        case .message: preconditionFailure("messages are kept in an optional")
        }
    }

    /// Repeated values of the kind share one tag.
    var isPackable: Bool { wireType == 0 }
}
