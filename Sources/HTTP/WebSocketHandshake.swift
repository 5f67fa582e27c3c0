/// A client's wish to go on with a WebSocket (RFC 6455, 4.2).
package enum WebSocketHandshake {
    /// Why that cannot be.
    package struct Refusal: Error, Equatable, Sendable {
        /// Of the HTTP answer.
        package let status: Int
        package let headers: [String: String]
        package let text: String
    }

    /// The only version there is.
    package static let version = "13"

    /// What is appended to a client's key before it is hashed.
    package static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// Whether a header names WebSockets among the protocols to change to.
    package static func isMeant(_ upgrade: String) -> Bool {
        upgrade.split(separator: ",").contains {
            $0.filter { $0 != " " && $0 != "\t" }.lowercased() == "websocket"
        }
    }

    /// The client's key, if it speaks our version.
    package static func key(version: String?, key: String?) throws(Refusal) -> String {
        guard version == Self.version else {
            throw Refusal(
                status: 426,
                // RFC 9110, 7.8: who says `Upgrade` says so to the next hop only.
                headers: [
                    "sec-websocket-version": Self.version, "upgrade": "websocket",
                    "connection": "Upgrade",
                ],
                text: "websocket: version 13 is spoken here\n")
        }
        guard let key, isKey(Array(key.utf8)) else {
            throw Refusal(
                status: 400, headers: [:], text: "websocket: the key is not one of 16 bytes\n")
        }
        return key
    }

    /// Sixteen bytes in base64.
    private static func isKey(_ letters: [UInt8]) -> Bool {
        guard letters.count == 24, letters.suffix(2).elementsEqual("==".utf8) else { return false }
        return letters.dropLast(2).allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }
}
