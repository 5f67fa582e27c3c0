import Protobuf

/// The messages of our .proto files as `protoc` describes them, read apart from the generator, so
/// that an error there does not hide itself.
struct TestSchema: WireDecodable {
    private(set) var messages: [String: TestMessage] = [:]
    private(set) var enums: [String: TestEnum] = [:]

    /// Asks `protoc`.
    static func load() throws -> TestSchema {
        let arguments = ["--descriptor_set_out=/dev/stdout"] + (try Protoc.fileNames())
        return try TestSchema(serializedBytes: Protoc.run(arguments))
    }

    /// Reads a FileDescriptorSet.
    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10:
                var file = TestMessage()
                file.isFile = true
                try reader.readMessage(&file)
                add(file, scope: file.package.isEmpty ? "" : "." + file.package)
            default: try reader.skip(tag)
            }
        }
    }

    private mutating func add(_ outer: TestMessage, scope: String) {
        for type in outer.enums { enums[scope + "." + type.name] = type }
        for message in outer.messages {
            messages[scope + "." + message.name] = message
            add(message, scope: scope + "." + message.name)
        }
    }
}

/// A message, or a file, which holds messages and enums as well, under other numbers.
struct TestMessage: WireDecodable {
    var isFile = false
    var name = ""
    var package = ""
    var fields: [TestField] = []
    var messages: [TestMessage] = []
    var enums: [TestEnum] = []

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch (tag, isFile) {
            case (0, _):
                fields.sort { $0.number < $1.number }
                return
            case (10, _): name = try reader.readString()
            case (18, true): package = try reader.readString()
            case (18, false): try reader.readMessage(in: &fields)
            case (26, false), (34, true): try reader.readMessage(in: &messages)
            case (34, false), (42, true): try reader.readMessage(in: &enums)
            default: try reader.skip(tag)
            }
        }
    }
}

struct TestField: WireDecodable {
    var name = ""
    var jsonName = ""
    var number = 0
    var isRepeated = false
    var type = 0
    var typeName = ""
    var oneof: Int?

    mutating func decode(_ reader: inout WireReader) throws(WireError) {
        while true {
            let tag = try reader.readTag()
            switch tag {
            case 0: return
            case 10: name = try reader.readString()
            case 24: number = Int(try reader.readInt32())
            case 32: isRepeated = try reader.readInt32() == 3
            case 40: type = Int(try reader.readInt32())
            case 50: typeName = try reader.readString()
            case 72: oneof = Int(try reader.readInt32())
            case 82: jsonName = try reader.readString()
            default: try reader.skip(tag)
            }
        }
    }
}

struct TestEnum: WireDecodable {
    var name = ""
    var values: [TestEnumValue] = []

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
}

struct TestEnumValue: WireDecodable {
    var name = ""
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
