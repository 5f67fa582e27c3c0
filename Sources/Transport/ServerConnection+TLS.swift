internal import Basics
internal import EventLoops
internal import HTTP
internal import TLS

// Bytes that travel sealed.
extension ServerConnection {
    func receiveSealed(_ bytes: UnsafeRawBufferPointer, _ tls: TLSSession) {
        if let handshake { return handshake.receive(bytes) }
        let isSound = tls.receive(bytes) { if !isClosing { receive($0) } }
        guard !isClosing else { return }
        guard isSound else { return fault(tls.error?.description ?? "TLS cannot go on") }
        if tls.pendingBytes > 0 { tcp.requestFlush() }
        if tls.hasInputEnded, !(http1?.inputEnded() ?? false) { tcp.close(.endOfStream) }
    }

    func fillSealed(_ output: ByteQueue, _ limit: Int, _ tls: TLSSession) {
        if let handshake {
            tls.drain(into: output)
            if tcp.isFinishing, let words = handshake.lastWords { output.append(words) }
            return
        }
        let plain = server.scratch.plain
        plain.removeAll()
        fill(plain, limit)
        guard tls.seal(plain.bytes, into: output) else {
            return fault(tls.error?.description ?? "TLS cannot go on")
        }
        if tcp.isFinishing { tls.sayGoodbye(into: output) }
        plain.removeAll()
        plain.releaseMemory(above: Limits.plainBytesKept)
    }

    /// The handshake is done, and the other side may stay; `rest` came behind it.
    func established(_ session: TLSSession, _ rest: UnsafeRawBufferPointer) {
        handshake = nil
        if session.context.policy.namesUsers { peerCommonName = session.peer?.commonName }
        pauseOrResume()
        if !rest.isEmpty { receiveSealed(rest, session) }
    }

    /// Ends a connection that does not come about, as soon as the other side could be told why.
    func refuse(_ reason: String) {
        server.onConnectionFault?(tcp.remoteAddress, reason)
        tcp.finish(reason)
    }
}
