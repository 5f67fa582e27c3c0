/// Why a WebSocket ends (RFC 6455, 7.4).
package struct WebSocketCode: RawRepresentable, Equatable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let normal = WebSocketCode(rawValue: 1000)
    package static let protocolError = WebSocketCode(rawValue: 1002)
    package static let invalidData = WebSocketCode(rawValue: 1007)
    package static let tooBig = WebSocketCode(rawValue: 1009)

    /// Whether an endpoint may send it: some stand for ends without a code, others are not given out yet.
    package var isSendable: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
