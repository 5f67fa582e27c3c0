internal import GRPC
internal import PaxosCodec
internal import Transport

/// One of the two streams of a pair, whoever dialed it. It is open once both sides have said hello.
final class Lane {
    /// Either end of a stream looks the same from here.
    private enum Stream {
        case dialed(ClientStream)
        case taken(ServerStream)
    }

    let kind: LaneKind
    private let stream: Stream
    /// The last hello that the peer said here; nil before the first.
    var hello: Hello? {
        didSet { isIntroduced = hello != nil }
    }
    /// Whether there is a hello: asked for each message, without a look into it.
    private var isIntroduced = false
    /// The last hello that was said here, as bytes.
    private(set) var said: [UInt8]?
    private(set) var isClosed = false

    init(_ kind: LaneKind, dialed stream: ClientStream) {
        self.kind = kind
        self.stream = .dialed(stream)
    }

    init(_ kind: LaneKind, taken stream: ServerStream) {
        self.kind = kind
        self.stream = .taken(stream)
    }

    var isOpen: Bool { isIntroduced && !isClosed }

    /// Whether this node has opened it.
    var isDialed: Bool {
        switch stream {
        case .dialed: true
        case .taken: false
        }
    }

    /// Whether so much is unsent that further frames should be dropped.
    var isFull: Bool { bufferedBytes > kind.bufferBytes }

    private var bufferedBytes: Int {
        switch stream {
        case .dialed(let stream): stream.bufferedBytes
        case .taken(let stream): stream.bufferedBytes
        }
    }

    /// Says a hello.
    func say(_ hello: [UInt8]) {
        said = hello
        send(hello)
    }

    func send(_ bytes: [UInt8]) {
        guard !isClosed else { return }
        switch stream {
        case .dialed(let stream): stream.send(bytes)
        case .taken(let stream): stream.send(bytes)
        }
    }

    /// Ends the stream; a peer that was refused is told why.
    func close(_ reason: String) {
        guard !isClosed else { return }
        isClosed = true
        switch stream {
        case .dialed(let stream): stream.cancel()
        case .taken(let stream): stream.finish(GRPCStatus(.failedPrecondition, reason))
        }
    }

    /// The stream has ended by itself.
    func noteEnd() { isClosed = true }
}
