import Foundation
import Protobuf

/// Many messages in one call of `protoc`: a message with a repeated field for each type.
enum Batch {
    typealias AnyType = any ProtobufJSONMessage.Type

    /// The bytes that `protoc` makes of messages in the text format. Those of one type must be
    /// adjacent.
    static func encode(_ items: [(type: AnyType, text: String)]) throws -> [[UInt8]] {
        let text = items.map { "\(field($0.type)) {\n\($0.text)}\n" }.joined()
        return try split(run("--encode=Batch", [UInt8](text.utf8)))
    }

    /// What remains of messages when `protoc` has read and written them.
    static func normalize(_ items: [(type: AnyType, bytes: [UInt8])]) throws -> [[UInt8]] {
        let text = try run("--decode=Batch", items.flatMap { join($0.type, $0.bytes) })
        return try split(run("--encode=Batch", text))
    }

    private static func number(_ type: AnyType) -> Int {
        1 + (EveryMessage.types.firstIndex { $0 == type } ?? EveryMessage.types.count)
    }

    private static func field(_ type: AnyType) -> String { "field\(number(type))" }

    private static func run(_ option: String, _ input: [UInt8]) throws -> [UInt8] {
        try Protoc.withTemporaryFolder { folder in
            let file = folder.appending(path: "batch.proto")
            try Data(schema().utf8).write(to: file)
            return try Protoc.run(["--proto_path=\(folder.path)", option, file.path], input: input)
        }
    }

    private static func schema() throws -> String {
        let imports = try Protoc.fileNames().map { "import \"\($0)\";\n" }.joined()
        let fields = EveryMessage.types.map {
            "  repeated .\($0.protoMessageName) \(field($0)) = \(number($0));\n"
        }
        return "syntax = \"proto3\";\n\(imports)message Batch {\n\(fields.joined())}\n"
    }

    private static func join(_ type: AnyType, _ bytes: [UInt8]) -> [UInt8] {
        varint(number(type) << 3 | 2) + varint(bytes.count) + bytes
    }

    /// Apart from the writer under test.
    static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f | 0x80)] + varint(value >> 7)
    }

    private static func split(_ batch: [UInt8]) throws -> [[UInt8]] {
        try batch.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            var items: [[UInt8]] = []
            while try reader.readTag() != 0 { items.append([UInt8](try reader.readSlice())) }
            return items
        }
    }
}
