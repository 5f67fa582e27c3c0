internal import Protobuf

/// The comments of a file: the part of `google.protobuf.SourceCodeInfo` that the generator needs.
struct SourceCodeInfo: WireDecodable {
    var comments: [SourceComment] = []

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return comments.removeAll { $0.text.isEmpty }
            case 10: try reader.readMessage(in: &comments)
            default: try reader.skip(tag)
            }
        }
    }
}

/// The comment in front of the declaration at `path`.
struct SourceComment: WireDecodable {
    var path: [Int] = []
    var text = ""

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10:
                try reader.readPacked { reader throws(WireError) in
                    path.append(Int(try reader.readInt32()))
                }
            case 26: text = try reader.readString()
            default: try reader.skip(tag)
            }
        }
    }
}
