internal import Protobuf

/// Writes JSON, value by value.
struct JSONText {
    /// What was written so far.
    private(set) var text = ""

    /// A value that knows its own JSON.
    enum Value {
        case text(String)
        case number(Int64)
        case unsigned(UInt64)
        case boolean(Bool)
        /// Bytes, in base64 as etcdctl writes them.
        case bytes([UInt8])
        case list([Value])
        /// Members in this order.
        case object([(String, Value)])
    }

    /// The JSON of a value, on one line.
    static func encode(_ value: Value) -> String {
        var json = JSONText()
        json.append(value)
        return json.text
    }

    private mutating func append(_ value: Value) {
        switch value {
        case .text(let string): append(quoted: string)
        case .number(let number): text += String(number)
        case .unsigned(let number): text += String(number)
        case .boolean(let boolean): text += boolean ? "true" : "false"
        case .bytes(let bytes): text += "\"\(Base64.encode(bytes))\""
        case .list(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                append(value)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                append(quoted: member.0)
                text += ":"
                append(member.1)
            }
            text += "}"
        }
    }

    private mutating func append(quoted string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case let control where control.value < 0x20:
                text += "\\u00" + Hexadecimal.encode([UInt8(control.value)])
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
