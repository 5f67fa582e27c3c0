internal import Basics
internal import EventLoops
internal import HTTP
internal import TLS

/// One client's connection: finds out which HTTP it speaks, and passes bytes between the socket and
/// the HTTP session.
///
/// Bytes cross here in the clear in two places, `receive` (from the socket) and `fill` (to it). TLS stands
/// between these and the TCP connection's callbacks (`ServerConnection+TLS`); the HTTP sessions do not know
/// of it, and who does without it pays one comparison.
final class ServerConnection {
    unowned(unsafe) let server: Server
    let tcp: TCPConnection
    /// The place in the server's list.
    var index: Int
    /// Nil where bytes travel in the clear.
    let tls: TLSSession?
    var isSecure: Bool { tls != nil }
    /// Until the handshake is done and the other side may stay.
    var handshake: ServerHandshake?
    /// Who the other side is, by its verified certificate, where those name users.
    var peerCommonName: String?
    /// Set once the client has shown that it speaks HTTP/2.
    var http2: HTTP2Session?
    /// Set once the client has shown that it speaks HTTP/1.1.
    var http1: HTTP1Connection?
    /// When bytes last came, in monotonic nanoseconds.
    private(set) var lastReceivedAt: UInt64
    /// Bytes of incomplete messages and bodies.
    var inputBytes = 0
    private let acceptedAt: UInt64
    private var sniffed: [UInt8] = []
    private(set) var isClosing = false
    private var insideHeadersSince: UInt64 = 0
    private var unusedSince: UInt64 = 0
    private var stalledSince: UInt64 = 0
    private var stalledAt: UInt64 = 0
    private var writtenBytes: UInt64 = 0
    /// When a ping was sent that is not answered yet; 0: there is none.
    private var pingSentAt: UInt64 = 0
    var pings = PingCounter()

    init(server: Server, tcp: TCPConnection, index: Int, tls: TLSContext?) {
        self.server = server
        self.tcp = tcp
        self.index = index
        self.tls = tls.map {
            TLSSession($0, scratch: server.scratch, address: tcp.remoteHost)
        }
        acceptedAt = server.loop.turnTime
        lastReceivedAt = acceptedAt
        tcp.handler = self
        if let session = self.tls { handshake = ServerHandshake(self, session) }
    }

    /// Requests being answered over HTTP/2.
    var openStreams: Int { http2?.openStreams ?? 0 }

    /// Closes at once.
    func close(_ reason: String) {
        isClosing = true
        tcp.close(.closed(reason))
    }

    /// Closes for a fault of the other side.
    func fault(_ reason: String) {
        guard !isClosing else { return }
        server.onConnectionFault?(tcp.remoteAddress, reason)
        close(reason)
    }

    private var heldOutputBytes: Int { http2?.bufferedOutputBytes ?? http1?.bufferedBytes ?? 0 }

    /// A reader that takes nothing must not make us hold without bound.
    func checkOutputLimit() {
        if heldOutputBytes > server.configuration.outputBytesPerConnectionMax {
            fault("too many bytes wait for a reader that is too slow")
        }
    }

    /// Counts bytes of incomplete input; negative when they are complete or given up.
    func holdInput(_ count: Int) {
        inputBytes += count
        if inputBytes > server.configuration.inputBytesPerConnectionMax {
            fault("too many bytes of incomplete requests")
        }
    }

    // MARK: Shutdown

    func announceShutdown() {
        http2?.announceShutdown()
        http1?.stopAfterAnswer()
        if http2 == nil && http1 == nil { close("the server stops") }
    }

    func goAway() { http2?.goAway() }

    // MARK: Time

    /// Looks after time limits; called about once a second.
    func sweep(now: UInt64) {
        http2?.refillBudget()
        let limits = server.configuration
        func passed(_ since: UInt64, _ milliseconds: UInt64) -> Bool {
            since != 0 && now > since && (now - since) / 1_000_000 >= milliseconds
        }
        let isEstablished = http2?.isEstablished ?? http1?.hasSeenRequest ?? false
        if !isEstablished && passed(acceptedAt, limits.handshakeMilliseconds) {
            return fault("no request within the time for it")
        }
        if http2?.isInsideHeaders == true {
            if insideHeadersSince == 0 { insideHeadersSince = now }
            if passed(insideHeadersSince, limits.requestMilliseconds) {
                return fault("headers take too long")
            }
        } else {
            insideHeadersSince = 0
        }
        noteUse(now)
        if limits.unusedMilliseconds > 0, passed(unusedSince, limits.unusedMilliseconds) {
            return close("nothing was asked for long")
        }
        keepAlive(now)
        noteStall(now)
        if passed(stalledSince, Limits.stuckOutputMilliseconds),
            heldOutputBytes > limits.stuckOutputBytesMax
        {
            return fault("the client takes nothing of much")
        }
        if passed(stalledSince, limits.stalledOutputMilliseconds) {
            return fault("the client does not read")
        }
        http1?.sweep(now: now)
    }

    /// Pings a client that has been silent for long, and gives it up if it does not answer.
    private func keepAlive(_ now: UInt64) {
        let policy = server.configuration.keepAlive
        guard policy.intervalMilliseconds > 0, let http2 else { return }
        if pingSentAt != 0, lastReceivedAt >= pingSentAt { pingSentAt = 0 }
        if pingSentAt != 0 {
            if now > pingSentAt, now - pingSentAt >= policy.timeoutMilliseconds * 1_000_000 {
                fault("a keep-alive ping was not answered")
            }
        } else if now > lastReceivedAt,
            now - lastReceivedAt >= policy.intervalMilliseconds * 1_000_000
        {
            pingSentAt = now
            http2.ping()
        }
    }

    private func noteUse(_ now: UInt64) {
        let isUnused = http2 != nil && openStreams == 0
        if !isUnused { unusedSince = 0 } else if unusedSince == 0 { unusedSince = now }
    }

    private func noteStall(_ now: UInt64) {
        let waiting = tcp.unsentBytes > 0 || heldOutputBytes > 0
        if !waiting || writtenBytes != stalledAt {
            stalledSince = waiting ? now : 0
            stalledAt = writtenBytes
        }
    }
}

// MARK: - The socket

extension ServerConnection: TCPConnectionHandler {
    func connectionDidOpen(_ connection: TCPConnection) {}

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        lastReceivedAt = server.loop.turnTime
        server.receivedBytes &+= UInt64(bytes.count)
        if let tls { receiveSealed(bytes, tls) } else { receive(bytes) }
    }

    func connection(_ connection: TCPConnection, fill output: ByteQueue, limit: Int) {
        if let tls { fillSealed(output, limit, tls) } else { fill(output, limit) }
        writtenBytes &+= UInt64(output.count)
        server.sentBytes &+= UInt64(output.count)
    }

    func connectionDidEndInput(_ connection: TCPConnection) -> Bool {
        http1?.inputEnded() ?? false
    }

    func connection(_ connection: TCPConnection, didClose reason: TCPCloseReason) {
        isClosing = true
        handshake?.connectionLost()
        handshake = nil
        http2?.connectionLost()
        http1?.connectionLost()
        http2 = nil
        http1 = nil
        server.remove(self)
    }
}

// MARK: - Bytes in the clear

extension ServerConnection {
    func receive(_ bytes: UnsafeRawBufferPointer) {
        if let http2 {
            if !http2.receive(bytes) { fault("broken HTTP/2") }
        } else if let http1 {
            http1.receive(bytes)
        } else {
            sniff(bytes)
        }
        pauseOrResume()
    }

    /// Reads on only if the client reads too, and does not send too far ahead.
    func pauseOrResume() {
        if tcp.unsentBytes > Limits.unsentBytesPauseReading || http1?.isInputFull == true {
            tcp.pauseReading()
        } else {
            tcp.resumeReading()
        }
    }

    func fill(_ output: ByteQueue, _ limit: Int) {
        // We are asked only when the kernel has taken everything.
        pauseOrResume()
        if let http2 {
            guard http2.drain(into: output, limit: limit) else {
                return fault("HTTP/2 cannot go on")
            }
            if http2.isFinished { tcp.finish("HTTP/2 ended") }
        } else if let http1 {
            http1.drain(into: output, limit: limit)
            // What waited may have been taken without an answer that would bring us here again.
            pauseOrResume()
        }
    }

    /// The first bytes of every HTTP/2 connection; no HTTP/1.1 request begins like them.
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    /// Bytes of it that are enough to tell.
    private static let prefaceTelling = 14

    private func sniff(_ bytes: UnsafeRawBufferPointer) {
        sniffed.append(contentsOf: bytes.prefix(Self.prefaceTelling))
        let looksLikeHTTP2 = sniffed.prefix(Self.prefaceTelling).elementsEqual(
            Self.preface.prefix(min(sniffed.count, Self.prefaceTelling)))
        if looksLikeHTTP2 && sniffed.count < Self.prefaceTelling { return }
        // What was gathered before this piece goes first, then the piece itself.
        let earlier = Array(sniffed.dropLast(min(bytes.count, Self.prefaceTelling)))
        sniffed = []
        if looksLikeHTTP2 {
            http2 = HTTP2Session(
                role: .server, settings: server.configuration.http2, pool: server.pool,
                handler: self)
        } else {
            http1 = HTTP1Connection(connection: self)
        }
        if !earlier.isEmpty { earlier.withUnsafeBytes { receive($0) } }
        receive(bytes)
        tcp.requestFlush()
    }
}
