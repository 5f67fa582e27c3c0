internal import Protobuf

/// The part of `google.protobuf.ServiceDescriptorProto` that the generator needs.
struct ServiceDescriptor: WireDecodable {
    var name = ""
    var comment = ""
    var methods: [MethodDescriptor] = []

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            case 18: try reader.readMessage(in: &methods)
            default: try reader.skip(tag)
            }
        }
    }

    mutating func attach(_ text: String, at path: ArraySlice<Int>) {
        switch FileDescriptor.step(path) {
        case nil: comment = text
        case (2, let index, _)?: methods[index].comment = text
        default: break
        }
    }
}

/// The part of `google.protobuf.MethodDescriptorProto` that the generator needs.
struct MethodDescriptor: WireDecodable {
    var name = ""
    var comment = ""
    /// The full name of the request, with a full stop in front.
    var input = ""
    /// The full name of the response, with a full stop in front.
    var output = ""

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            case 18: input = try reader.readString()
            case 26: output = try reader.readString()
            default: try reader.skip(tag)
            }
        }
    }
}
