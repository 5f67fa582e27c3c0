internal import Basics
internal import EventLoops
internal import HTTP
internal import TLS

// Bytes that travel sealed.
extension ClientConnection {
    func beginHandshake(_ context: TLSContext) {
        guard let tcp, let scratch else { return }
        let tls = TLSSession(
            context, scratch: scratch, host: configuration.serverName ?? configuration.host,
            address: tcp.remoteHost)
        self.tls = tls
        handshakeTimer = loop.schedule(afterMilliseconds: configuration.connectMilliseconds) {
            [weak self] in self?.tcp?.close(.closed("the TLS handshake took too long"))
        }
        goOn(tls, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    func receiveSealed(_ bytes: UnsafeRawBufferPointer, _ tls: TLSSession) {
        guard tls.isOpen else { return goOn(tls, bytes) }
        let isSound = tls.receive(bytes) { if !isClosed { receivedClear($0) } }
        guard isSound else { return give(up: tls) }
        if tls.pendingBytes > 0 { tcp?.requestFlush() }
        if tls.hasInputEnded { tcp?.close(.endOfStream) }
    }

    func fillSealed(_ output: ByteQueue, _ limit: Int, _ tls: TLSSession) {
        guard tls.isOpen, let scratch else { return tls.drain(into: output) }
        let plain = scratch.plain
        plain.removeAll()
        fillClear(plain, limit)
        guard tls.seal(plain.bytes, into: output) else { return give(up: tls) }
        if tcp?.isFinishing == true { tls.sayGoodbye(into: output) }
        plain.removeAll()
        plain.releaseMemory(above: Limits.plainBytesKept)
    }

    private func goOn(_ tls: TLSSession, _ bytes: UnsafeRawBufferPointer) {
        var taken = 0
        let progress = tls.handshake(bytes, taken: &taken)
        tcp?.requestFlush()
        switch progress {
        case .waiting: break
        case .refused: give(up: tls)
        case .open:
            handshakeTimer?.cancel()
            handshakeTimer = nil
            opened()
            if taken < bytes.count {
                receiveSealed(UnsafeRawBufferPointer(rebasing: bytes[taken...]), tls)
            }
        }
    }

    /// Ends the connection; the server is told why, if there is a word for it.
    private func give(up tls: TLSSession) {
        tcp?.finish(tls.error?.description ?? "TLS cannot go on")
    }
}
