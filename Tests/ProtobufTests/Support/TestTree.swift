import Foundation
import Protobuf

/// A message's content, apart from the generated types: what they are compared with.
struct TestTree: Sendable {
    /// In the order of the field numbers.
    var fields: [(field: TestField, values: [TestValue])] = []
}

enum TestValue: Sendable {
    /// A number; the text is decimal.
    case number(String, is64Bits: Bool)
    case bool(Bool)
    case string(String)
    case bytes([UInt8])
    /// Without a name if the enum lacks the number.
    case enumeration(String?, number: Int)
    case message(TestTree)

    /// A field that holds it need not be written.
    var isDefault: Bool {
        switch self {
        case .number(let text, _): text == "0"
        case .bool(let value): !value
        case .string(let value): value.isEmpty
        case .bytes(let value): value.isEmpty
        case .enumeration(_, let number): number == 0
        case .message: false
        }
    }
}

// MARK: As protobuf's text format

extension TestTree {
    var text: String {
        var text = ""
        for (field, values) in fields {
            for value in values { text += field.name + value.text + "\n" }
        }
        return text
    }
}

extension TestValue {
    fileprivate var text: String {
        switch self {
        case .number(let text, _): ": " + text
        case .bool(let value): ": \(value)"
        case .string(let value): ": " + Self.quoted([UInt8](value.utf8))
        case .bytes(let value): ": " + Self.quoted(value)
        case .enumeration(let name, let number): ": " + (name ?? "\(number)")
        case .message(let tree): " {\n" + tree.text + "}"
        }
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        var text = "\""
        for byte in bytes {
            let isPlain = byte >= 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x5c
            let octal = String(byte, radix: 8)
            let padded = String(repeating: "0", count: 3 - octal.count) + octal
            text += isPlain ? String(UnicodeScalar(byte)) : "\\" + padded
        }
        return text + "\""
    }
}

// MARK: As JSON

extension TestTree {
    /// As a message has to be written.
    var json: JSONValue {
        var members: [JSONMember] = []
        for (field, values) in fields {
            if field.isRepeated {
                let value = JSONValue.array(values.map(\.json))
                members.append(JSONMember(name: field.name, value: value))
            } else if field.oneof != nil || !values[0].isDefault {
                members.append(JSONMember(name: field.name, value: values[0].json))
            }
        }
        return .object(members)
    }

    /// As a message may be written, too.
    func looseJSON(_ random: inout some RandomNumberGenerator) -> JSONValue {
        var members = [JSONMember(name: "no such field", value: .array([.null]))]
        for (field, values) in fields {
            let list = values.map { $0.looseJSON(&random) }
            let name = Bool.random(using: &random) ? field.name : field.jsonName
            members.append(JSONMember(name: name, value: field.isRepeated ? .array(list) : list[0]))
        }
        return .object(members.shuffled(using: &random))
    }
}

extension TestValue {
    var json: JSONValue {
        switch self {
        case .number(let text, let is64Bits): is64Bits ? .string(text) : .number(text)
        case .bool(let value): .bool(value)
        case .string(let value): .string(value)
        case .bytes(let value): .string(Data(value).base64EncodedString())
        case .enumeration(let name, let number): name.map { .string($0) } ?? .number("\(number)")
        case .message(let tree): tree.json
        }
    }

    func looseJSON(_ random: inout some RandomNumberGenerator) -> JSONValue {
        switch self {
        case .number(let text, _):
            return Bool.random(using: &random) ? .string(text) : .number(text)
        case .enumeration(_, let number) where Bool.random(using: &random):
            return .number("\(number)")
        case .bytes(let value):
            let padded = Data(value).base64EncodedString()
            let text = Bool.random(using: &random) ? padded : padded.filter { $0 != "=" }
            guard Bool.random(using: &random) else { return .string(text) }
            return .string(String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }))
        case .message(let tree): return tree.looseJSON(&random)
        case .bool, .string, .enumeration: return json
        }
    }
}
