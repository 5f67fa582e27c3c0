internal import Protobuf

/// The part of `google.protobuf.EnumDescriptorProto` that the generator needs.
struct EnumDescriptor: WireDecodable {
    var name = ""
    var comment = ""
    var values: [EnumValueDescriptor] = []

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            case 18: try reader.readMessage(in: &values)
            default: try reader.skip(tag)
            }
        }
    }

    mutating func attach(_ text: String, at path: ArraySlice<Int>) {
        switch FileDescriptor.step(path) {
        case nil: comment = text
        case (2, let index, _)?: values[index].comment = text
        default: break
        }
    }
}

/// The part of `google.protobuf.EnumValueDescriptorProto` that the generator needs.
struct EnumValueDescriptor: WireDecodable {
    var name = ""
    var comment = ""
    var number = 0

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            case 16: number = Int(try reader.readInt32())
            default: try reader.skip(tag)
            }
        }
    }
}
