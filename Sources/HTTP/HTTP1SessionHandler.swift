/// What an HTTP/1.1 session tells its owner, and asks of it.
package protocol HTTP1SessionHandler: AnyObject {
    /// The largest body taken for a request to `target`, in bytes.
    func bodyLimit(target: String) -> Int
    /// A request is there; the next one is looked at when this one is answered.
    func received(_ request: HTTP1Request)
    /// The session refused a request with `status` and is going to close.
    func refused(status: Int)
    /// The output has fallen to `Limits.streamDrainedBytes` after having been above.
    func drained()
    /// The session has bytes to send: call `drain` before this turn ends.
    func hasOutput()
}
