internal import CLibuv

/// Accepts TCP connections on one address.
///
/// When the process runs out of descriptors libuv gives up a reserve descriptor, accepts what waits
/// and closes it at once, so that the kernel's queue does not turn the loop into a spin. Another
/// thread may snatch the reserve in that moment; libuv would then ask for the same connection for
/// ever. So the listener closes, and listens again when there are descriptors.
package final class TCPListener {
    /// The port, also where 0 was asked for.
    package private(set) var port: UInt16
    private let loop: EventLoop
    private let host: String
    private let accept: (TCPConnection) -> Void
    /// Nil while the listener rests.
    private var handle: UnsafeMutablePointer<uv_tcp_t>?
    private var rest: LoopTimer?

    /// What the C callback sees; it outlives the listener until the handle is closed.
    private final class Context {
        weak var listener: TCPListener?
        init(_ listener: TCPListener) { self.listener = listener }
    }

    /// Listens on a numeric `host` and a `port` (0: any that is free). `accept` gets each new
    /// connection and must call its `start`, or `close` it.
    package init(
        loop: EventLoop, host: String, port: UInt16, accept: @escaping (TCPConnection) -> Void
    ) throws(LoopError) {
        self.loop = loop
        self.host = host
        self.accept = accept
        self.port = port
        try open()
    }

    deinit {
        rest?.cancel()
        close()
    }

    private func open() throws(LoopError) {
        guard let address = SocketAddress.parse(host: host, port: port) else {
            throw LoopError(code: UV_EINVAL.rawValue)
        }
        let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        uv_tcp_init(loop.raw, handle)
        handle.pointee.data = Unmanaged.passRetained(Context(self)).toOpaque()
        self.handle = handle
        do throws(LoopError) {
            port = try Self.listen(handle, on: address)
        } catch {
            close()
            throw error
        }
    }

    private func close() {
        if let handle { Self.close(handle) }
        handle = nil
    }

    /// Closes, and tries again and again to listen on the same port.
    private func restForAWhile() {
        close()
        let milliseconds = Limits.listenRestMilliseconds
        rest = loop.schedule(afterMilliseconds: milliseconds, repeating: milliseconds) {
            [weak self] in self?.listenAgain()
        }
    }

    private func listenAgain() {
        do throws(LoopError) {
            try open()
            rest?.cancel()
            rest = nil
        } catch {
            // Still no descriptor: the timer goes on.
        }
    }

    private static func listen(
        _ handle: UnsafeMutablePointer<uv_tcp_t>, on address: sockaddr_storage
    ) throws(LoopError) -> UInt16 {
        try LoopError.check(SocketAddress.withPointer(address) { uv_tcp_bind(handle, $0, 0) })
        let stream = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
        try LoopError.check(
            uv_listen(stream, Limits.listenBacklog) { stream, status in
                guard let stream, let data = stream.pointee.data else { return }
                let context = Unmanaged<Context>.fromOpaque(data).takeUnretainedValue()
                context.listener?.connectionWaits(stream, status: status)
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

    private func connectionWaits(_ stream: UnsafeMutablePointer<uv_stream_t>, status: Int32) {
        if status == UV_EMFILE.rawValue || status == UV_ENFILE.rawValue { return restForAWhile() }
        guard status == 0 else { return }
        let connection = TCPConnection(loop: loop)
        guard connection.accept(from: stream) else {
            connection.close(.closed("accept failed"))
            return
        }
        accept(connection)
    }

    private static func close(_ handle: UnsafeMutablePointer<uv_tcp_t>) {
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            if let data = $0?.pointee.data { Unmanaged<Context>.fromOpaque(data).release() }
            UnsafeMutableRawPointer($0)?.deallocate()
        }
    }
}
