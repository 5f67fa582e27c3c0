internal import Basics

/// How a call ended: a code and a text for people.
package struct GRPCStatus: Error, Equatable, Sendable {
    /// The code.
    package var code: GRPCCode
    /// The text, not yet encoded for the wire.
    package var message: String

    package init(_ code: GRPCCode, _ message: String = "") {
        self.code = code
        self.message = message
    }

    /// The end of a call that went well.
    package static let ok = GRPCStatus(.ok)

    /// The answer to a path that no service has, with the words of gRPC's Go implementation, which
    /// clients compare.
    package static func unknownPath(_ path: String, hasService: (String) -> Bool) -> GRPCStatus {
        guard path.hasPrefix("/"), let slash = path.lastIndex(of: "/"), slash > path.startIndex
        else {
            return GRPCStatus(.unimplemented, "malformed method name: \"\(path)\"")
        }
        let service = String(path[path.index(after: path.startIndex)..<slash])
        let method = String(path[path.index(after: slash)...])
        if hasService(service) {
            return GRPCStatus(.unimplemented, "unknown method \(method) for service \(service)")
        }
        return GRPCStatus(.unimplemented, "unknown service \(service)")
    }

    /// `message` as the header grpc-message carries it: printable ASCII but `%` stays, every other
    /// byte of the UTF-8 becomes `%` and two hexadecimal digits.
    package static func percentEncoded(_ message: String) -> String {
        guard !message.utf8.allSatisfy(isPlain) else { return message }
        var encoded: [UInt8] = []
        for byte in message.utf8 {
            if isPlain(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The text behind a grpc-message header. What is not a valid escape stays as it is, as the
    /// specification asks: a status must never be lost because its text is odd.
    package static func percentDecoded(_ value: String) -> String {
        let bytes = Array(value.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = bytes[index + 1].hexadecimalValue,
                let low = bytes[index + 2].hexadecimalValue
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte <= 0x7e && byte != UInt8(ascii: "%")
    }

    private static func hexadecimal(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
