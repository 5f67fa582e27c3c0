/// What ends a WebSocket that breaks the rules of RFC 6455, or asks for more than it gets.
package struct WebSocketBreach: Error, Equatable, Sendable {
    /// Told to the other side.
    package let code: WebSocketCode
    /// In words.
    package let text: String

    init(_ code: WebSocketCode, _ text: String) { (self.code, self.text) = (code, text) }
}
