internal import Basics
internal import EventLoops
internal import TLS

/// The beginning of a TLS connection at a server: the handshake, which waits when others have taken the
/// turn's time, and whether the certificate's owner may call from where it does.
final class ServerHandshake {
    /// What Go's servers say.
    private static let answerToPlainHTTP =
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"

    private unowned(unsafe) let connection: ServerConnection
    private let session: TLSSession
    private let desk: HandshakeDesk
    /// What came while there was no time, or behind the handshake.
    private let waiting = ByteQueue()
    private var isJudged = false
    private var isOver = false

    init(_ connection: ServerConnection, _ session: TLSSession) {
        self.connection = connection
        self.session = session
        desk = connection.server.handshakes
        desk.begin(self)
    }

    /// Takes bytes from the socket: now, if this turn has time for it.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        guard !isOver else { return }
        if waiting.isEmpty, !isJudged, desk.hasTime { return work(on: bytes) }
        guard keep(bytes) else { return }
        connection.tcp.pauseReading()
        if !isJudged { desk.queue(self) }
    }

    /// Its time has come.
    func goOn() {
        guard !isOver, !isJudged, !waiting.isEmpty else { return }
        let bytes = ByteQueue()
        bytes.append(waiting.bytes)
        waiting.removeAll()
        work(on: bytes.bytes)
        if !isOver, !isJudged { connection.tcp.resumeReading() }
    }

    /// It has lasted longest, and others want its place.
    func giveWay() { connection.fault("too many TLS handshakes at once") }

    func connectionLost() { end() }

    private func work(on bytes: UnsafeRawBufferPointer) {
        var taken = 0
        let progress = desk.measure { session.handshake(bytes, taken: &taken) }
        connection.tcp.requestFlush()
        switch progress {
        case .waiting: break
        case .refused: refuse(session.error)
        case .open: judge(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        }
    }

    /// Refuses who shows a certificate of somebody else's place.
    private func judge(_ rest: UnsafeRawBufferPointer) {
        let checks = connection.server.configuration.checksAddresses
        guard checks, let peer = session.peer else { return open(rest) }
        switch peer.verdict {
        case .allowed: open(rest)
        case .refused: refuse(.failed("the certificate is not for \(connection.tcp.remoteHost)"))
        case .allowedWith(let names):
            isJudged = true
            guard keep(rest) else { return }
            connection.tcp.pauseReading()
            lookUp(names)
        }
    }

    private func lookUp(_ names: [String]) {
        let host = connection.tcp.remoteHost
        AddressCheck.run(names, address: host, loop: connection.server.loop) { [self] isAllowed in
            guard !isOver else { return }
            guard isAllowed else {
                return refuse(.failed("\(host) is the address of none of \(names)"))
            }
            let bytes = ByteQueue()
            bytes.append(waiting.bytes)
            open(bytes.bytes)
        }
    }

    private func open(_ rest: UnsafeRawBufferPointer) {
        end()
        connection.established(session, rest)
    }

    private func refuse(_ error: TLSError?) {
        end()
        connection.refuse(error?.description ?? "TLS: refused")
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard waiting.count + bytes.count <= Limits.handshakeBytesMax else {
            connection.fault("too many bytes ahead of the TLS handshake")
            return false
        }
        waiting.append(bytes)
        return true
    }

    private func end() {
        guard !isOver else { return }
        isOver = true
        waiting.removeAll()
        desk.end(self)
    }

    /// What is said where TLS was not spoken; nil if it was.
    var lastWords: String? { session.error == .plainHTTP ? Self.answerToPlainHTTP : nil }
}
