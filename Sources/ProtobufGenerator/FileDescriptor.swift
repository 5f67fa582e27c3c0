internal import Protobuf

/// The part of `google.protobuf.FileDescriptorProto` that the generator needs.
struct FileDescriptor: WireDecodable {
    var name = ""
    var package = ""
    var messages: [MessageDescriptor] = []
    var enums: [EnumDescriptor] = []
    var services: [ServiceDescriptor] = []
    private var comments: [SourceComment] = []

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return attachComments()
            case 10: name = try reader.readString()
            case 18: package = try reader.readString()
            case 34: try reader.readMessage(in: &messages)
            case 42: try reader.readMessage(in: &enums)
            case 50: try reader.readMessage(in: &services)
            case 74:
                var info = SourceCodeInfo()
                try reader.readMessage(&info)
                comments = info.comments
            default: try reader.skip(tag)
            }
        }
    }

    /// Gives each declaration the comment in front of it. A path alternates field numbers of
    /// descriptor.proto with indices, as 4, 2, 2, 0 for the first field of the third message.
    private mutating func attachComments() {
        for comment in comments {
            switch Self.step(comment.path[...]) {
            case (4, let index, let rest)?: messages[index].attach(comment.text, at: rest)
            case (5, let index, let rest)?: enums[index].attach(comment.text, at: rest)
            case (6, let index, let rest)?: services[index].attach(comment.text, at: rest)
            default: break
            }
        }
    }

    /// The first two numbers of a path, and what is left of it.
    static func step(_ path: ArraySlice<Int>) -> (field: Int, index: Int, rest: ArraySlice<Int>)? {
        guard path.count >= 2 else { return nil }
        return (path[path.startIndex], path[path.startIndex + 1], path.dropFirst(2))
    }
}
