/// One line of the log and its two written forms. Whatever a field holds, the result is one line.
struct LogLine {
    let time: LogTime
    let level: LogLevel
    let component: String
    let message: String
    let fields: KeyValuePairs<String, LogValue>

    /// The line in `format`, with its line end.
    func bytes(_ format: LogFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        switch format {
        case .text: writeText(to: &bytes)
        case .json: writeJSON(to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func writeText(to bytes: inout [UInt8]) {
        time.write(to: &bytes)
        let name = level.name.uppercased()
        bytes.append(contentsOf: " \(name)".utf8)
        for _ in name.utf8.count..<6 { bytes.append(UInt8(ascii: " ")) }
        bytes.append(contentsOf: "\(component): ".utf8)
        bytes.appendEscaped(message, quotes: false)
        for (key, value) in fields {
            bytes.append(contentsOf: " \(key)=".utf8)
            value.writeText(to: &bytes)
        }
    }

    private func writeJSON(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"ts\":\"".utf8)
        time.write(to: &bytes)
        bytes.append(contentsOf: "\",\"level\":\"\(level.name)\",\"component\":".utf8)
        bytes.appendQuoted(component)
        bytes.append(contentsOf: ",\"msg\":".utf8)
        bytes.appendQuoted(message)
        for (key, value) in fields {
            bytes.append(UInt8(ascii: ","))
            bytes.appendQuoted(key)
            bytes.append(UInt8(ascii: ":"))
            value.writeJSON(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}

extension LogValue {
    fileprivate func writeText(to bytes: inout [UInt8]) {
        guard case .string(let text) = self else { return writeJSON(to: &bytes) }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != 0x22 && $0 != 0x3d }
        if isPlain && !text.isEmpty {
            bytes.append(contentsOf: text.shortened.utf8)
        } else {
            bytes.appendQuoted(text)
        }
    }

    fileprivate func writeJSON(to bytes: inout [UInt8]) {
        switch self {
        case .string(let text): bytes.appendQuoted(text)
        case .signed(let value): bytes.append(contentsOf: "\(value)".utf8)
        case .unsigned(let value): bytes.append(contentsOf: "\(value)".utf8)
        case .double(let value) where value.isFinite: bytes.append(contentsOf: "\(value)".utf8)
        // JSON has no number for these.
        case .double(let value): bytes.appendQuoted("\(value)")
        case .boolean(let value): bytes.append(contentsOf: "\(value)".utf8)
        }
    }
}

extension String {
    /// The text, or its beginning and an ellipsis if it is too long for a log line.
    fileprivate var shortened: String {
        if utf8.count <= Limits.logTextBytesMax { return self }
        return String(decoding: utf8.prefix(Limits.logTextBytesMax), as: UTF8.self) + "…"
    }
}

extension [UInt8] {
    fileprivate mutating func appendQuoted(_ text: String) {
        append(UInt8(ascii: "\""))
        appendEscaped(text, quotes: true)
        append(UInt8(ascii: "\""))
    }

    /// Appends `text` with control characters written as JSON writes them, so that no value can forge a
    /// line; with `quotes`, also quotation marks and backslashes.
    fileprivate mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.shortened.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7f:
                append(contentsOf: "\\u00".utf8)
                append(hexadecimalDigit(byte >> 4))
                append(hexadecimalDigit(byte & 15))
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                if quotes { append(UInt8(ascii: "\\")) }
                append(byte)
            default: append(byte)
            }
        }
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
