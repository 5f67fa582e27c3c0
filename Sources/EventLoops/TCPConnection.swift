internal import Basics
internal import CLibuv

/// One TCP connection on a loop.
///
/// It holds no output of its own as long as the kernel takes everything: when its owner has
/// something to say it calls `requestFlush`, and at the end of the turn the connection asks the
/// owner (`TCPConnectionHandler`) to fill the loop's write buffer and writes that with one system
/// call. Only what the kernel did not take is kept, and then nothing more is asked for until it is
/// gone: `unsentBytes` is bounded by `Limits.writeChunkBytes` plus one piece of the owner's.
package final class TCPConnection {
    /// The loop it lives on, which closes its connections when it ends.
    package unowned(unsafe) let loop: EventLoop
    /// The other side, as `127.0.0.1:2379`; empty before it is known.
    package private(set) var remoteAddress = ""
    /// Set before `start` or `connect`; let go when the connection has closed.
    package var handler: (any TCPConnectionHandler)?

    private enum State { case idle, connecting, open, finishing, closing }

    private var handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
    private let writeRequest = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    private var state = State.idle
    private var isFlushRequested = false
    private var isReading = false
    private var isWriting = false
    private var isFinishRequested = false
    private var hasInputEnded = false
    private var closeReason = TCPCloseReason.endOfStream
    private let unsent = ByteQueue()
    private var connector: TCPConnector?
    private var lingerTimer: LoopTimer?

    init(loop: EventLoop) {
        self.loop = loop
        uv_tcp_init(loop.raw, handle)
        // The handle keeps the object alive until its close callback.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    deinit {
        handle.deallocate()
        writeRequest.deallocate()
    }

    /// Opens a connection to `host` (a name or a numeric address). The handler is told
    /// `connectionDidOpen`, or `didClose` after a failure or `timeoutMilliseconds`.
    package static func connect(
        loop: EventLoop, host: String, port: UInt16, timeoutMilliseconds: UInt64,
        handler: any TCPConnectionHandler
    ) -> TCPConnection {
        connect(
            loop: loop, hosts: [host], port: port, timeoutMilliseconds: timeoutMilliseconds,
            handler: handler)
    }

    /// The same with several numeric addresses, which are tried in order.
    static func connect(
        loop: EventLoop, hosts: [String], port: UInt16, timeoutMilliseconds: UInt64,
        handler: any TCPConnectionHandler
    ) -> TCPConnection {
        let connection = TCPConnection(loop: loop)
        connection.handler = handler
        connection.state = .connecting
        connection.connector = TCPConnector(
            connection: connection, hosts: hosts, port: port,
            timeoutMilliseconds: timeoutMilliseconds)
        return connection
    }

    /// Whether bytes can still be sent.
    package var isOpen: Bool { state == .open }

    /// Whether nothing more is read, and only what is left is sent.
    package var isFinishing: Bool { isFinishRequested }

    /// The other side's address as a number, without its port.
    package var remoteHost: String {
        let host = remoteAddress[..<(remoteAddress.lastIndex(of: ":") ?? remoteAddress.endIndex)]
        return String(host.hasPrefix("[") ? host.dropFirst().dropLast() : host)
    }

    /// Bytes that the kernel has not taken yet.
    package var unsentBytes: Int { unsent.count }

    /// Begins to read. For accepted connections, after `handler` was set.
    package func start() {
        precondition(
            state == .open && handler != nil, "start an accepted connection, with a handler")
        resumeReading()
    }

    /// Asks for one flush at the end of this turn. Cheap, and harmless when repeated.
    package func requestFlush() {
        guard !isFlushRequested, state == .open || state == .finishing else { return }
        isFlushRequested = true
        loop.requestFlush(self)
    }

    /// Stops reading, so that the other side is slowed down.
    package func pauseReading() {
        guard isReading else { return }
        isReading = false
        uv_read_stop(stream)
    }

    /// Reads again.
    package func resumeReading() {
        guard !isReading, !hasInputEnded, state == .open || state == .finishing else { return }
        isReading = true
        let result = uv_read_start(
            stream,
            { handle, _, buffer in
                guard let data = handle?.pointee.data, let buffer else { return }
                let shared = TCPConnection.from(data).loop.readBuffer
                buffer.pointee = uv_buf_init(
                    shared.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(shared.count))
            },
            { handle, count, buffer in
                guard let data = handle?.pointee.data else { return }
                TCPConnection.from(data).didRead(count, buffer?.pointee.base)
            })
        if result < 0 { close(.failed(LoopError(code: result))) }
    }

    /// Sends what the handler still has, says that nothing more comes, and closes when the other
    /// side has closed too, or after a second. What is read meanwhile is thrown away.
    package func finish(_ reason: String) {
        guard state == .open, !isFinishRequested else { return }
        isFinishRequested = true
        closeReason = .closed(reason)
        requestFlush()
    }

    /// Closes at once. The handler hears of it later in this turn.
    package func close(_ reason: TCPCloseReason) {
        guard state != .closing else { return }
        state = .closing
        isReading = false
        closeReason = reason
        connector?.cancel()
        connector = nil
        lingerTimer?.cancel()
        lingerTimer = nil
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            guard let data = $0?.pointee.data else { return }
            Unmanaged<TCPConnection>.fromOpaque(data).takeRetainedValue().didClose()
        }
    }

    /// Takes a waiting connection from a listener.
    func accept(from listener: UnsafeMutablePointer<uv_stream_t>) -> Bool {
        guard uv_accept(listener, stream) == 0 else { return false }
        becomeOpen()
        return true
    }

    /// The loop ends: nobody is told any more.
    func loopEnds() {
        handler = nil
        close(.closed("the loop ended"))
    }

    var tcp: UnsafeMutablePointer<uv_tcp_t> { handle }

    /// Gets a fresh socket for the next address, after a connect that failed.
    func replaceHandle() {
        precondition(state == .connecting, "only a connection that is not open tries again")
        let old = handle
        handle = .allocate(capacity: 1)
        uv_tcp_init(loop.raw, handle)
        handle.pointee.data = old.pointee.data
        old.pointee.data = nil
        uv_close(UnsafeMutableRawPointer(old).assumingMemoryBound(to: uv_handle_t.self)) {
            UnsafeMutableRawPointer($0)?.deallocate()
        }
    }

    /// Told by the connector.
    func didConnect(_ result: Result<Void, LoopError>) {
        guard state == .connecting else { return }
        connector = nil
        switch result {
        case .failure(let error): close(.connectFailed(error))
        case .success:
            becomeOpen()
            resumeReading()
            handler?.connectionDidOpen(self)
            requestFlush()
        }
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    private static func from(_ data: UnsafeMutableRawPointer) -> TCPConnection {
        Unmanaged<TCPConnection>.fromOpaque(data).takeUnretainedValue()
    }

    private func becomeOpen() {
        state = .open
        uv_tcp_nodelay(handle, 1)
        uv_tcp_keepalive(handle, 1, Limits.keepAliveSeconds)
        var address = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            uv_tcp_getpeername(
                handle, UnsafeMutableRawPointer($0).assumingMemoryBound(to: sockaddr.self), &length)
        }
        if result == 0 { remoteAddress = SocketAddress.text(address) }
    }

    private func didRead(_ count: Int, _ base: UnsafeMutablePointer<CChar>?) {
        loop.mailbox.loopIsAwake()
        if count > 0, let base {
            guard !isFinishRequested else { return }
            handler?.connection(
                self, didRead: UnsafeRawBufferPointer(start: base, count: count))
        } else if count == Int(UV_EOF.rawValue) {
            inputEnded()
        } else if count < 0 {
            close(isFinishRequested ? closeReason : .failed(LoopError(code: Int32(count))))
        }
    }

    private func inputEnded() {
        hasInputEnded = true
        isReading = false
        if state == .finishing {
            close(closeReason)
        } else if !isFinishRequested, handler?.connectionDidEndInput(self) != true {
            close(.endOfStream)
        }
    }

    private func didClose() {
        let told = handler
        handler = nil
        told?.connection(self, didClose: closeReason)
    }
}

// MARK: - Writing

extension TCPConnection {
    /// Called by the loop at the end of the turn.
    func flush() {
        isFlushRequested = false
        guard state == .open, !isWriting else { return }
        var budget = Limits.writeBytesPerTurnMax
        while budget > 0 {
            let buffer = loop.writeBuffer
            buffer.removeAll()
            handler?.connection(self, fill: buffer, limit: Limits.writeChunkBytes)
            guard state == .open else { return }
            let count = buffer.count
            if count > 0, !write(buffer) { return }
            if count < Limits.writeChunkBytes {
                if isFinishRequested { sayGoodbye() }
                return
            }
            budget -= count
        }
        requestFlush()
    }

    /// Writes what the kernel takes of `buffer`; keeps the rest and returns false if there is one.
    private func write(_ buffer: ByteQueue) -> Bool {
        let bytes = buffer.bytes
        var piece = Self.piece(bytes)
        let written = uv_try_write(stream, &piece, 1)
        if written == Int32(bytes.count) { return true }
        guard written >= 0 || written == UV_EAGAIN.rawValue else {
            close(.failed(LoopError(code: written)))
            return false
        }
        unsent.append(UnsafeRawBufferPointer(rebasing: bytes[max(0, Int(written))...]))
        writeUnsent()
        return false
    }

    private func writeUnsent() {
        isWriting = true
        var piece = Self.piece(unsent.bytes)
        let result = uv_write(writeRequest, stream, &piece, 1) { request, status in
            guard let data = request?.pointee.handle.pointee.data else { return }
            TCPConnection.from(data).didWrite(status)
        }
        if result < 0 { close(.failed(LoopError(code: result))) }
    }

    private func didWrite(_ status: Int32) {
        isWriting = false
        unsent.removeAll()
        unsent.releaseMemory(above: Limits.unsentMemoryKeptBytesMax)
        guard state == .open else { return }
        if status < 0 {
            close(.failed(LoopError(code: status)))
        } else {
            requestFlush()
        }
    }

    private static func piece(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
        let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        return uv_buf_init(base?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
    }

    /// Everything is sent: close our direction and wait for the other side to close its own. A
    /// plain close with unread input would make the kernel reset the connection, and the other side
    /// lose our last words.
    private func sayGoodbye() {
        state = .finishing
        if hasInputEnded { return close(closeReason) }
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let result = uv_shutdown(request, stream) { request, _ in request?.deallocate() }
        if result < 0 {
            request.deallocate()
            return close(closeReason)
        }
        resumeReading()
        guard state == .finishing else { return }
        lingerTimer = loop.schedule(afterMilliseconds: Limits.lingerMilliseconds) { [weak self] in
            guard let self else { return }
            close(closeReason)
        }
    }
}
