/// What an HTTP/1.1 session tells its owner, and asks of it.
package protocol HTTP1SessionHandler: AnyObject {
    /// How the body of a request is read.
    func bodyReading(method: String, target: String) -> BodyReading
    /// A request is there; the next one is looked at when this one is answered.
    func received(_ request: HTTP1Request)
    /// A piece of the present request's body, if that has an open one. Valid during this call only.
    func receivedBody(_ bytes: UnsafeRawBufferPointer)
    /// The open body has ended.
    func bodyEnded()
    /// Bytes of the protocol that the session was changed to. Valid during this call only.
    func receivedUpgraded(_ bytes: UnsafeRawBufferPointer)
    /// The session refused a request with `status` and is going to close.
    func refused(status: Int)
    /// The output has fallen to `Limits.streamDrainedBytes` after having been above.
    func drained()
    /// The session has bytes to send: call `drain` before this turn ends.
    func hasOutput()
}

extension HTTP1SessionHandler {
    /// Whoever changes no protocol hears of none.
    package func receivedUpgraded(_ bytes: UnsafeRawBufferPointer) {}
}
