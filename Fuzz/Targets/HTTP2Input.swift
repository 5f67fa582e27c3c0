internal import Basics
internal import HTTP

/// Bytes of a client to an HTTP/2 server. The first byte says how the server answers and how the bytes arrive.
enum HTTP2Input {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let emptySettings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]

    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let server = HTTP2Server(mode: mode)
        // The most inputs are not worth much without it.
        if mode & 8 == 0 {
            _ = (preface + emptySettings).withUnsafeBytes { server.session?.receive($0) }
        }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let output = ByteQueue()
        for piece in Pieces(rest, size: [0, 1, 7, 100][Int(mode >> 4 & 3)]) {
            guard server.session?.receive(piece) == true else { break }
            try server.check()
            guard server.session?.drain(into: output, limit: 16 << 10) == true else { break }
            output.removeAll()
        }
        try server.end()
    }
}

/// A server's end, which answers, and watches what its session tells it.
private final class HTTP2Server: HTTP2SessionHandler {
    private static let bodyByteCount = 70_000
    private let ok = HeaderBlock([(":status", "200"), ("content-type", "x/y")])

    private(set) var session: HTTP2Session?
    private let mode: UInt8
    private let settings: HTTP2Settings
    private var open: Set<Int32> = []
    private var breach: Breach?

    init(mode: UInt8) {
        self.mode = mode
        var settings = HTTP2Settings()
        if mode & 4 != 0 {
            settings.maxConcurrentStreams = 4
            settings.headerBytesMax = 400
            settings.nuisanceFramesMax = 20
        }
        self.settings = settings
        session = HTTP2Session(
            role: .server, settings: settings, pool: HTTP2StreamPool(), handler: self)
    }

    /// What must hold at all times.
    func check() throws(Breach) {
        if let breach { throw breach }
        guard let session else { return }
        try Breach.unless(
            session.openStreams >= open.count
                && session.openStreams <= settings.maxConcurrentStreams,
            "\(session.openStreams) streams, \(open.count) with headers")
        try Breach.unless(
            session.bufferedOutputBytes >= 0
                && session.bufferedOutputBytes <= session.openStreams * Self.bodyByteCount,
            "\(session.bufferedOutputBytes) bytes wait")
    }

    /// The connection goes away, and all its streams with it.
    func end() throws(Breach) {
        session?.connectionLost()
        if let breach { throw breach }
        try Breach.unless(
            open.isEmpty && session?.openStreams == 0 && session?.bufferedOutputBytes == 0,
            "streams outlive their connection")
        session = nil
    }

    private func note(_ isRight: Bool, _ what: @autoclosure () -> String) {
        if !isRight, breach == nil { breach = Breach(what()) }
    }

    func headers(of stream: HTTP2Stream) {
        note(open.insert(stream.id).inserted, "headers of \(stream.id) twice")
        note(
            stream.headersTooLarge || stream.headers.countedBytes <= settings.headerBytesMax,
            "\(stream.headers.countedBytes) bytes of headers")
        for (name, value) in stream.headers.all {
            note(stream.headers.values(name).contains(value), "\(name) is lost")
        }
        if mode & 3 == 3 { answer(stream) }
    }

    func data(_ bytes: UnsafeRawBufferPointer, of stream: HTTP2Stream, isLast: Bool) {
        note(open.contains(stream.id), "data of \(stream.id), which is not open")
    }

    func inputEnded(of stream: HTTP2Stream) {
        note(open.contains(stream.id), "the end of \(stream.id), which is not open")
        if mode & 3 != 3 { answer(stream) }
    }

    private func answer(_ stream: HTTP2Stream) {
        switch mode & 3 {
        case 0: session?.respondWithoutBody(stream, headers: ok)
        case 1: session?.reset(stream, .cancel)
        default:
            let body = [UInt8](repeating: 7, count: Self.bodyByteCount)
            session?.respond(stream, headers: ok)
            stream.output.append(body)
            session?.resume(stream, appended: body.count)
            session?.end(stream, trailers: HeaderBlock([("grpc-status", "0")]))
        }
    }

    func drained(_ stream: HTTP2Stream) {
        note(open.contains(stream.id), "\(stream.id) drains, which is not open")
    }

    func closed(_ stream: HTTP2Stream, errorCode: UInt32) { open.remove(stream.id) }
    func pingAnswered() {}
    func goAwayReceived(lastStreamID: Int32, errorCode: UInt32) {}
    func hasOutput() {}
}
