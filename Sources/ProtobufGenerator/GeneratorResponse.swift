internal import Protobuf

/// What a plugin answers: `google.protobuf.compiler.CodeGeneratorResponse`.
struct GeneratorResponse: WireEncodable {
    /// Why nothing could be generated; `protoc` prints it.
    var error: String?
    var files: [GeneratedFile] = []

    var encodedSize: Int {
        var size = 0
        if let error { size += 1 + WireSize.string(error) }
        for file in files { size += 1 + WireSize.message(file) }
        return size
    }

    func encode(into writer: inout WireWriter) {
        for file in files.reversed() { writer.write(file, tag: 122) }
        if let error { writer.write(error, tag: 10) }
    }
}

/// One file of the answer: `google.protobuf.compiler.CodeGeneratorResponse.File`.
struct GeneratedFile: WireEncodable {
    /// The path below the output folder.
    let name: String
    let content: String

    var encodedSize: Int { 1 + WireSize.string(name) + 1 + WireSize.string(content) }

    func encode(into writer: inout WireWriter) {
        writer.write(content, tag: 122)
        writer.write(name, tag: 10)
    }
}
