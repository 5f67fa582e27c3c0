internal import Protobuf

/// The part of `google.protobuf.FieldDescriptorProto` that the generator needs.
struct FieldDescriptor: WireDecodable {
    var name = ""
    var comment = ""
    var number = 0
    var isRepeated = false
    /// The number of `FieldDescriptorProto.Type`.
    var typeNumber = 0
    /// The full name of the message or enum, with a full stop in front.
    var typeName = ""
    /// Which oneof of the message the field belongs to.
    var oneofIndex: Int?
    /// The name in lowerCamelCase, as `protoc` makes it.
    var jsonName = ""
    /// Declared `optional`, so that its absence differs from its default.
    var hasExplicitPresence = false

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            case 24: number = Int(try reader.readInt32())
            case 32: isRepeated = try reader.readInt32() == 3
            case 40: typeNumber = Int(try reader.readInt32())
            case 50: typeName = try reader.readString()
            case 72: oneofIndex = Int(try reader.readInt32())
            case 82: jsonName = try reader.readString()
            case 136: hasExplicitPresence = try reader.readBool()
            default: try reader.skip(tag)
            }
        }
    }
}
