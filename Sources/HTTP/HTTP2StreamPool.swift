/// Streams that are not in use, shared by the sessions of one loop.
package final class HTTP2StreamPool {
    private var free: [HTTP2Stream] = []

    package init() {}

    func take() -> HTTP2Stream { free.popLast() ?? HTTP2Stream() }

    func put(_ stream: HTTP2Stream) {
        stream.recycle()
        if free.count < Limits.pooledStreamsMax { free.append(stream) }
    }
}
