/// What a session tells its owner, in the midst of `receive` or `drain`.
package protocol HTTP2SessionHandler: AnyObject {
    /// A request's fields are complete (server), or an answer's or its trailers' (client), in
    /// `stream.headers`. Trailers of a request are not reported.
    func headers(of stream: HTTP2Stream)
    /// A piece of a body. Valid during this call only. `isLast`: the frame ends the stream, and if
    /// no bytes of it are missing, so does this piece.
    func data(_ bytes: UnsafeRawBufferPointer, of stream: HTTP2Stream, isLast: Bool)
    /// The other side has sent its last byte.
    func inputEnded(of stream: HTTP2Stream)
    /// `stream.output` has fallen to `Limits.streamDrainedBytes` after having been above.
    func drained(_ stream: HTTP2Stream)
    /// The stream is over; 0 if both sides ended it as they should. The object is used again.
    func closed(_ stream: HTTP2Stream, errorCode: UInt32)
    /// Our ping was answered.
    func pingAnswered()
    /// The other side sent a ping, which was answered.
    func pingReceived()
    /// The other side takes no stream above `lastStreamID` any more.
    func goAwayReceived(lastStreamID: Int32, errorCode: UInt32)
    /// The session has bytes to send: call `drain` before this turn ends.
    func hasOutput()
}

extension HTTP2SessionHandler {
    /// Whoever has no opinion takes any number of them.
    package func pingReceived() {}
}
