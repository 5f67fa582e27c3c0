/// Streams that are not in use, shared by the sessions of one loop.
package final class HTTP2StreamPool {
    /// Linked by `next`, so that taking and giving back costs no check for exclusive access.
    private var first: HTTP2Stream?
    private var count = 0

    package init() {}

    func take() -> HTTP2Stream {
        guard let stream = first else { return HTTP2Stream() }
        first = stream.next
        stream.next = nil
        count -= 1
        return stream
    }

    func put(_ stream: HTTP2Stream) {
        stream.recycle()
        guard count < Limits.pooledStreamsMax else { return }
        stream.next = first
        first = stream
        count += 1
    }
}
