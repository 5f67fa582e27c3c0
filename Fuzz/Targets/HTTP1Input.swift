internal import Basics
internal import HTTP

/// Bytes of a client to an HTTP/1.1 server: however they are cut into pieces, they are the same requests. Only what a
/// refusal says may differ, where several things are wrong.
enum HTTP1Input {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let whole = HTTP1Server(mode: mode)
        try whole.take(rest, pieceSize: 0)
        let cut = HTTP1Server(mode: mode)
        try cut.take(rest, pieceSize: [1, 3, 50, 1_000][Int(mode >> 4 & 3)])
        try Breach.unless(
            whole.log == cut.log, "other requests in pieces: \(whole.log) and \(cut.log)")
        try Breach.unless(
            whole.output == cut.output || whole.log.last == "refused", "other answers in pieces")
    }
}

/// A server's end, which answers, and writes down what it was asked.
private final class HTTP1Server: HTTP1SessionHandler {
    private static let bodyBytesMax = 300
    private static let headerBytesMax = 1_000

    private(set) var log: [String] = []
    private(set) var output: [UInt8] = []
    private let mode: UInt8
    private var session: HTTP1Session?
    private var breach: Breach?
    /// The request whose body comes in pieces.
    private var open: HTTP1Request?

    init(mode: UInt8) {
        self.mode = mode
        session = HTTP1Session(
            headerBytesMax: Self.headerBytesMax, wallClock: { 784_111_777 }, handler: self)
    }

    func take(_ bytes: UnsafeRawBufferPointer, pieceSize: Int) throws(Breach) {
        for piece in Pieces(bytes, size: pieceSize) {
            session?.receive(piece)
            drain()
        }
        drain()
        if let breach { throw breach }
        session = nil
    }

    private func drain() {
        let queue = ByteQueue()
        while session?.hasOutput == true {
            session?.drain(into: queue, limit: 1 << 20)
            output += Array(queue.bytes)
            queue.removeAll()
        }
    }

    func bodyReading(method: String, target: String) -> BodyReading {
        mode & 4 == 0 ? .whole(bytesMax: Self.bodyBytesMax) : .inPieces
    }

    func received(_ request: HTTP1Request) {
        log.append("\(request)")
        // With the answer at once, what follows of the body is thrown away.
        if !request.hasOpenBody || mode & 8 != 0 { answer(request) } else { open = request }
    }

    func receivedBody(_ bytes: UnsafeRawBufferPointer) {
        if open == nil { breach = Breach("a piece of no open body") }
        open?.body += bytes
    }

    func bodyEnded() {
        guard let request = open else { return breach = Breach("an end of no open body") }
        open = nil
        answer(request)
    }

    private func answer(_ request: HTTP1Request) {
        if request.body.count > Self.bodyBytesMax, !request.hasOpenBody {
            breach = Breach("\(request.body.count) bytes of body")
        }
        // What is no UTF-8 grows when it becomes text.
        let headerByteCount = request.headers.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count }
        if headerByteCount > 3 * Self.headerBytesMax {
            breach = Breach("\(headerByteCount) bytes of headers")
        }
        if mode & 1 == 0 {
            // A header that the client chose must not end the head.
            session?.respond(
                status: mode & 2 == 0 ? 200 : 204, headers: [("x", request.target)],
                body: request.body)
        } else {
            session?.start(status: 200, headers: [])
            session?.send(request.body)
            session?.end()
        }
    }

    func refused(status: Int) { log.append("refused") }
    func drained() {}
    func hasOutput() {}
}
