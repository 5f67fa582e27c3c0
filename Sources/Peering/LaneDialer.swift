internal import Basics
internal import EventLoops
internal import HTTP
internal import Replication
internal import TLS
internal import Transport

/// Keeps one lane to a peer open: dials, says hello first, and dials again with growing pauses when
/// the connection ends.
final class LaneDialer {
    private let loop: EventLoop
    /// Where the peer is, by turns; another list counts from the next attempt on.
    var urls: [PeerURL]
    private let kind: LaneKind
    /// What to show to a peer whose URL wants TLS, as it is now.
    private let tls: () -> TLSContext?
    private var attemptCount = 0
    private var backoff: Backoff
    private var connection: ClientConnection?
    private var timer: LoopTimer?
    /// Runs until the connection has lasted.
    private var trial: LoopTimer?
    private var isStopped = false
    /// Called with a stream that has just been opened.
    private let onStream: (Lane, ClientStream) -> Void

    init(
        loop: EventLoop, urls: [PeerURL], kind: LaneKind, random: SeededRandom,
        tls: @escaping () -> TLSContext?, onStream: @escaping (Lane, ClientStream) -> Void
    ) {
        precondition(!urls.isEmpty, "nobody can be dialed without an address")
        self.loop = loop
        self.urls = urls
        self.kind = kind
        self.tls = tls
        self.onStream = onStream
        backoff = Backoff(
            firstMilliseconds: Limits.redialMillisecondsMin,
            maxMilliseconds: Limits.redialMillisecondsMax, random: random)
    }

    func dial() {
        guard !isStopped, connection == nil else { return }
        let url = urls[attemptCount % urls.count]
        attemptCount += 1
        let context = url.isSecure ? tls() : nil
        // Where TLS is wanted and there is none, nothing goes out in the clear.
        guard !url.isSecure || context != nil else { return ended() }
        var configuration = Self.configuration(of: kind, to: url)
        configuration.tls = context
        let connection = ClientConnection(loop: loop, configuration: configuration)
        self.connection = connection
        connection.onClose = { [weak self] _ in self?.ended() }
        let stream = connection.stream(kind.path)
        onStream(Lane(kind, dialed: stream), stream)
    }

    /// How a lane's connection is made, but for its certificates.
    static func configuration(of kind: LaneKind, to url: PeerURL) -> ClientConfiguration {
        var configuration = ClientConfiguration(host: url.host, port: url.port)
        configuration.http2 = .peers
        configuration.messageBytesMax = Limits.frameBytesMax
        configuration.connectMilliseconds = Limits.dialMilliseconds
        configuration.keepAliveMilliseconds = Limits.pingMilliseconds
        configuration.keepAliveTimeoutMilliseconds = Limits.pingTimeoutMilliseconds
        configuration.outputBytesMax = kind.bufferBytes + Limits.frameBytesMax
        return configuration
    }

    /// Both sides have said hello. Once the connection has lasted, too, the next failure is followed by a short pause
    /// again: a peer that takes a hello and then refuses who said it must not be called without end.
    func succeeded() {
        guard trial == nil else { return }
        trial = loop.schedule(afterMilliseconds: Limits.redialMillisecondsMax) { [weak self] in
            self?.backoff.reset()
        }
    }

    /// The stream has ended although the connection may live: a new attempt begins with a new one.
    func streamEnded() { connection?.close("the stream has ended") }

    /// The connection that there is may stay; no other one is opened.
    func dialNoMore() {
        isStopped = true
        timer?.cancel()
    }

    /// Takes that back.
    func dialAgain() {
        isStopped = false
        dial()
    }

    func stop() {
        dialNoMore()
        connection?.close("stopping")
    }

    private func ended() {
        connection = nil
        trial?.cancel()
        trial = nil
        guard !isStopped else { return }
        timer = loop.schedule(afterMilliseconds: backoff.next()) { [weak self] in self?.dial() }
    }
}
