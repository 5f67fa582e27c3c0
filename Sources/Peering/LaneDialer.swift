internal import Basics
internal import EventLoops
internal import HTTP
internal import Transport

/// Keeps one lane to a peer open: dials, says hello first, and dials again with growing pauses when
/// the connection ends.
final class LaneDialer {
    private let loop: EventLoop
    private let address: PeerAddress
    private let kind: LaneKind
    private var backoff: Backoff
    private var connection: ClientConnection?
    private var timer: LoopTimer?
    private var isStopped = false
    /// Called with a stream that has just been opened.
    private let onStream: (Lane, ClientStream) -> Void

    init(
        loop: EventLoop, address: PeerAddress, kind: LaneKind, random: SeededRandom,
        onStream: @escaping (Lane, ClientStream) -> Void
    ) {
        self.loop = loop
        self.address = address
        self.kind = kind
        self.onStream = onStream
        backoff = Backoff(
            firstMilliseconds: Limits.redialMillisecondsMin,
            maxMilliseconds: Limits.redialMillisecondsMax, random: random)
    }

    func dial() {
        guard !isStopped, connection == nil else { return }
        var configuration = ClientConfiguration(host: address.host, port: address.port)
        configuration.http2 = .peers
        configuration.messageBytesMax = Limits.frameBytesMax
        configuration.connectMilliseconds = Limits.dialMilliseconds
        configuration.outputBytesMax = kind.bufferBytes + Limits.frameBytesMax
        let connection = ClientConnection(loop: loop, configuration: configuration)
        self.connection = connection
        connection.onClose = { [weak self] _ in self?.ended() }
        let stream = connection.stream(kind.path)
        onStream(Lane(kind, dialed: stream), stream)
    }

    /// Both sides have said hello: the next failure is followed by a short pause again.
    func succeeded() { backoff.reset() }

    /// The stream has ended although the connection may live: a new attempt begins with a new one.
    func streamEnded() { connection?.close("the stream has ended") }

    func stop() {
        isStopped = true
        timer?.cancel()
        connection?.close("stopping")
    }

    private func ended() {
        connection = nil
        guard !isStopped else { return }
        timer = loop.schedule(afterMilliseconds: backoff.next()) { [weak self] in self?.dial() }
    }
}
