internal import CLibuv

/// Accepts TCP connections on one address.
///
/// When the process runs out of descriptors libuv gives up a reserve descriptor, accepts what waits
/// and closes it at once, so that the kernel's queue does not turn the loop into a spin.
package final class TCPListener {
    /// The port, also where 0 was asked for.
    package let port: UInt16
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private let loop: EventLoop

    /// What the C callback sees; it outlives the listener until the handle is closed.
    private final class Context {
        unowned let loop: EventLoop
        let accept: (TCPConnection) -> Void

        init(loop: EventLoop, accept: @escaping (TCPConnection) -> Void) {
            self.loop = loop
            self.accept = accept
        }
    }

    /// Listens on a numeric `host` and a `port` (0: any that is free). `accept` gets each new
    /// connection and must call its `start`, or `close` it.
    package init(
        loop: EventLoop, host: String, port: UInt16, accept: @escaping (TCPConnection) -> Void
    ) throws(LoopError) {
        guard let address = SocketAddress.parse(host: host, port: port) else {
            throw LoopError(code: UV_EINVAL.rawValue)
        }
        let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        let context = Context(loop: loop, accept: accept)
        uv_tcp_init(loop.raw, handle)
        handle.pointee.data = Unmanaged.passRetained(context).toOpaque()
        do throws(LoopError) {
            self.port = try Self.listen(handle, on: address)
        } catch {
            Self.close(handle)
            throw error
        }
        self.handle = handle
        self.loop = loop
    }

    deinit { Self.close(handle) }

    private static func listen(
        _ handle: UnsafeMutablePointer<uv_tcp_t>, on address: sockaddr_storage
    ) throws(LoopError) -> UInt16 {
        try LoopError.check(SocketAddress.withPointer(address) { uv_tcp_bind(handle, $0, 0) })
        let stream = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
        try LoopError.check(
            uv_listen(stream, Limits.listenBacklog) { stream, status in
                guard status == 0, let stream, let data = stream.pointee.data else { return }
                let context = Unmanaged<Context>.fromOpaque(data).takeUnretainedValue()
                TCPListener.acceptOne(stream, context)
            })
        var bound = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        try LoopError.check(
            withUnsafeMutablePointer(to: &bound) {
                uv_tcp_getsockname(
                    handle,
                    UnsafeMutableRawPointer($0).assumingMemoryBound(to: sockaddr.self), &length)
            })
        return SocketAddress.port(bound) ?? 0
    }

    private static func acceptOne(_ stream: UnsafeMutablePointer<uv_stream_t>, _ context: Context) {
        let connection = TCPConnection(loop: context.loop)
        guard connection.accept(from: stream) else {
            connection.close(.closed("accept failed"))
            return
        }
        context.accept(connection)
    }

    private static func close(_ handle: UnsafeMutablePointer<uv_tcp_t>) {
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            if let data = $0?.pointee.data { Unmanaged<Context>.fromOpaque(data).release() }
            UnsafeMutableRawPointer($0)?.deallocate()
        }
    }
}
