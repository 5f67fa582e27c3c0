internal import Protobuf

/// The part of `google.protobuf.FileDescriptorProto` that the generator needs.
struct FileDescriptor: WireDecodable {
    var name = ""
    var package = ""
    var messages: [MessageDescriptor] = []
    var enums: [EnumDescriptor] = []
    var services: [ServiceDescriptor] = []
    var dependencies: [String] = []
    /// All of it but its comments.
    var bytes: [UInt8] = []
    private var comments: [SourceComment] = []

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return attachComments()
            case 10: name = try reader.readString()
            case 18: package = try reader.readString()
            case 26: dependencies.append(try reader.readString())
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

    static let sourceInfoField = 9

    /// The first two numbers of a path, and what is left of it.
    static func step(_ path: ArraySlice<Int>) -> (field: Int, index: Int, rest: ArraySlice<Int>)? {
        guard path.count >= 2 else { return nil }
        return (path[path.startIndex], path[path.startIndex + 1], path.dropFirst(2))
    }
}

extension [UInt8] {
    /// A message without one of its fields.
    func dropping(field: Int) -> [UInt8] {
        var kept: [UInt8] = []
        var index = 0
        func number() -> Int {
            var (value, shift) = (0, 0)
            while true {
                let byte = self[index]
                index += 1
                value |= Int(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 { return value }
            }
        }
        while index < count {
            let start = index
            let tag = number()
            switch tag & 7 {
            case 0: _ = number()
            case 2:
                let length = number()
                index += length
            default: preconditionFailure("a file's descriptor has no such fields")
            }
            if tag >> 3 != field { kept += self[start..<index] }
        }
        return kept
    }
}
