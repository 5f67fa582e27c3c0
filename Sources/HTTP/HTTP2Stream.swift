package import Basics

/// One stream of an HTTP/2 session: what came, and what is to be sent. Streams are pooled; after
/// `HTTP2SessionHandler.closed` the object belongs to another request.
package final class HTTP2Stream {
    /// The fields received: of the request; at a client first of the answer, then of the trailers.
    package let headers = HeaderList()
    /// Room for the owner to gather a body in. The session does not touch it, except to empty it.
    package let input = ByteQueue()
    /// The body to send. Append, then call `HTTP2Session.resume`.
    package let output = ByteQueue()

    // Seen by other rooms through the accessors below, which spares checks for exclusive access.
    var streamID: Int32 = 0
    var owned: AnyObject?
    var hasInputEnded = false
    var hasOutputEnded = false
    var hasTooLargeHeaders = false
    var hasBeenSent = false
    /// The request is not as HTTP/2 has it: the stream is being reset, and nobody hears of it any more.
    var isMalformed = false
    /// Bytes of the body that are to come, by the request's own word; -1 where it says nothing.
    var bodyBytesLeft = -1
    /// Sent after the body; the body itself then does not end the stream.
    var trailers: HeaderBlock?
    /// The data provider waits for `resume`.
    var isDeferred = false
    /// A body will be sent: headers with a data provider were submitted.
    var hasBody = false
    /// `output` has been above the mark at which its draining is reported.
    var reportsDrain = false
    var isOpen = false
    /// The list of open streams of a session.
    var next: HTTP2Stream?
    unowned(unsafe) var previous: HTTP2Stream?

    init() {}

    /// The stream's number on its connection.
    package var id: Int32 { streamID }

    /// The owner's own object for this stream. It stays when the stream goes through the pool, so
    /// that it is made once.
    package var attachment: AnyObject? {
        get { owned }
        set { owned = newValue }
    }

    /// Whether the other side has sent its last byte. An owner that sees the end coming (the last
    /// piece of a frame that ends the stream) may set it early.
    package var inputEnded: Bool {
        get { hasInputEnded }
        set { hasInputEnded = newValue }
    }

    /// Whether nothing may be appended to `output` any more.
    package var outputEnded: Bool { hasOutputEnded }

    /// Whether the request's fields are more than the settings allow; the rest was dropped.
    package var headersTooLarge: Bool { hasTooLargeHeaders }

    /// Client: whether the request has left the session, so that the other side may have seen it.
    package var wasSent: Bool { hasBeenSent }

    func recycle() {
        headers.removeAll()
        input.removeAll()
        output.removeAll()
        input.releaseMemory(above: Limits.pooledBufferBytesMax)
        output.releaseMemory(above: Limits.pooledBufferBytesMax)
        hasInputEnded = false
        hasOutputEnded = false
        hasTooLargeHeaders = false
        hasBeenSent = false
        isMalformed = false
        bodyBytesLeft = -1
        trailers = nil
        isDeferred = false
        hasBody = false
        reportsDrain = false
        isOpen = false
    }
}
