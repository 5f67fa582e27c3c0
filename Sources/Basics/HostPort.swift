/// Where a server is: `host:port`, or `[address]:port` for IPv6, as in a URL behind its scheme.
package struct HostPort: Equatable, Sendable {
    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    /// From 1 on.
    package let port: UInt16

    /// What a text lacks.
    package enum Fault: Error, Equatable {
        case noPort
        case badPort
        case noHost
        case badHost
        /// An IPv6 address without brackets.
        case noBrackets
    }

    /// Reads all of `text`.
    package init(_ text: some StringProtocol) throws(Fault) {
        guard let colon = text.lastIndex(of: ":") else { throw .noPort }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty else { throw .noPort }
        // An integer's own reader takes a sign.
        guard digits.utf8.allSatisfy(Self.isDigit), let port = UInt16(digits), port > 0 else {
            throw .badPort
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count >= 2
        let name = isBracketed ? host.dropFirst().dropLast() : host[...]
        guard !name.isEmpty else { throw .noHost }
        guard isBracketed || !name.contains(":") else { throw .noBrackets }
        guard name.utf8.allSatisfy({ Self.isHostByte($0, isBracketed: isBracketed) }) else {
            throw .badHost
        }
        self.host = String(name)
        self.port = port
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Blanks, and what has a meaning in a URL, are in no name (RFC 3986, section 3.2.2). A scope follows an IPv6
    /// address behind a percent sign.
    private static func isHostByte(_ byte: UInt8, isBracketed: Bool) -> Bool {
        guard byte > 0x20, byte != 0x7f else { return false }
        if byte == UInt8(ascii: "%") { return isBracketed }
        return !"\"#/<>?@[\\]^`{|}".utf8.contains(byte)
    }
}
