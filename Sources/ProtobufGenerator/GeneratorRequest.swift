internal import Protobuf

/// What `protoc` asks of a plugin: the part of `google.protobuf.compiler.CodeGeneratorRequest` that
/// the generator needs.
struct GeneratorRequest: WireDecodable {
    /// The files to generate from; the others are there because these import them.
    var namesToGenerate: [String] = []
    var files: [FileDescriptor] = []
    /// `--synod_opt`: `descriptors` asks for the files themselves, too.
    var parameter = ""

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: namesToGenerate.append(try reader.readString())
            case 18: parameter = try reader.readString()
            case 122:
                let bytes = try reader.readBytes()
                var file = try FileDescriptor(serializedBytes: bytes)
                file.bytes = bytes.dropping(field: FileDescriptor.sourceInfoField)
                files.append(file)
            default: try reader.skip(tag)
            }
        }
    }
}
