internal import Protobuf

/// The part of `google.protobuf.DescriptorProto` that the generator needs.
struct MessageDescriptor: WireDecodable {
    var name = ""
    var comment = ""
    var fields: [FieldDescriptor] = []
    var messages: [MessageDescriptor] = []
    var enums: [EnumDescriptor] = []
    var oneofs: [OneofDescriptor] = []

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            case 18: try reader.readMessage(in: &fields)
            case 26: try reader.readMessage(in: &messages)
            case 34: try reader.readMessage(in: &enums)
            case 66: try reader.readMessage(in: &oneofs)
            default: try reader.skip(tag)
            }
        }
    }

    mutating func attach(_ text: String, at path: ArraySlice<Int>) {
        switch FileDescriptor.step(path) {
        case nil: comment = text
        case (2, let index, _)?: fields[index].comment = text
        case (3, let index, let rest)?: messages[index].attach(text, at: rest)
        case (4, let index, let rest)?: enums[index].attach(text, at: rest)
        case (8, let index, _)?: oneofs[index].comment = text
        default: break
        }
    }
}

/// The part of `google.protobuf.OneofDescriptorProto` that the generator needs.
struct OneofDescriptor: WireDecodable {
    var name = ""
    var comment = ""

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            default: try reader.skip(tag)
            }
        }
    }
}
