internal import Authentication
internal import GRPC
internal import Observability
internal import Protobuf
internal import Replication
internal import Transport

/// The client of one streaming call, of whatever direction and by whichever way it came: gRPC, or JSON over HTTP,
/// where each message is a line. Each streaming method is written once, against this: it sets the callbacks, and sends.
final class StreamCaller {
    private enum Way {
        case grpc(ServerStream)
        case gateway(HTTPExchange)
    }

    /// A message came; valid during the call only.
    var onMessage: ((UnsafeRawBufferPointer) -> Void)?
    /// The client has sent its last message.
    var onHalfClose: (() -> Void)?
    /// The call has ended, by whomever. Called once; nothing can be sent any more.
    var onEnd: (() -> Void)?
    /// The same, for whoever lists the calls: a method may set its own `onEnd` whenever it likes.
    var onLeave: (() -> Void)?
    /// `bufferedBytes` has fallen low after having been high.
    var onDrain: (() -> Void)?
    /// The method takes no further messages for now. A client of the gateway then has to wait; one of gRPC does not,
    /// and its method needs a limit beyond this.
    var isHeldBack = false {
        didSet { if oldValue, !isHeldBack { onRelease?() } }
    }
    /// It takes messages again: for whoever reads them.
    var onRelease: (() -> Void)?
    /// Whether the call ends when no leader has been known for long.
    let requiresLeader: Bool
    /// What its client calls the version of its API; nil if it says nothing.
    let clientVersion: [UInt8]?
    /// What the call says of who makes it.
    let bearer: Bearer
    /// The place among the open streams.
    var index = 0

    private let way: Way
    /// Of calls and their messages; the gateway's calls are not counted.
    private let counters: CallCounters?
    private var hasStarted = false
    private var hasEnded = false

    init(_ stream: ServerStream, _ counters: CallCounters) {
        way = .grpc(stream)
        self.counters = counters
        requiresLeader = stream.metadata("hasleader") == "true"
        clientVersion = stream.metadataBytes("client-api-version").map { Array($0) }
        bearer = Bearer(stream)
        stream.onMessage = { [weak self] in
            counters.messagesReceived.increment()
            self?.onMessage?($0)
        }
        stream.onHalfClose = { [weak self] in self?.onHalfClose?() }
        stream.onDrain = { [weak self] in self?.onDrain?() }
        stream.onCancel = { [weak self] in self?.ended(.cancelled) }
    }

    init(_ exchange: HTTPExchange) {
        way = .gateway(exchange)
        counters = nil
        requiresLeader = exchange.header("grpc-metadata-hasleader") == "true"
        clientVersion = exchange.header("grpc-metadata-client-api-version").map { Array($0.utf8) }
        bearer = Bearer(exchange)
        exchange.endsWithInput = true
        exchange.onDrain = { [weak self] in self?.onDrain?() }
        exchange.onClose = { [weak self] in self?.ended(.cancelled) }
    }

    /// Whether messages can still be sent.
    var isOpen: Bool { !hasEnded }

    /// Whether the call came as JSON over HTTP.
    var isGateway: Bool {
        if case .gateway = way { true } else { false }
    }

    /// Bytes sent but not yet on their way to the kernel: whoever produces faster than the client reads stops when
    /// this is high, until `onDrain`.
    var bufferedBytes: Int {
        switch way {
        case .grpc(let stream): stream.bufferedBytes
        case .gateway(let exchange): exchange.bufferedBytes
        }
    }

    /// Takes one message, which is all that the client has to say: at once or later. Without a body, a request of the
    /// gateway is the empty message; a client of gRPC that ends without one is told so, in the words of gRPC's Go
    /// implementation.
    func takeOne(_ body: @escaping (UnsafeRawBufferPointer) -> Void) {
        onMessage = { [unowned self] message in
            (onMessage, onHalfClose) = (nil, nil)
            body(message)
        }
        onHalfClose = { [unowned self] in
            guard isGateway else { return finish(Self.noMessage) }
            onMessage?(UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    /// Of a client that should have sent a message.
    static let noMessage = GRPCStatus(.unknown, "EOF")

    /// Sends a message.
    func send(_ response: some ProtobufJSONMessage) {
        guard isOpen else { return }
        switch way {
        case .grpc(let stream):
            counters?.messagesSent.increment()
            stream.send(size: response.encodedSize) { response.serialize(into: $0) }
        case .gateway(let exchange): send(line: GatewayLine.result(response), on: exchange)
        }
    }

    /// Sends a message that is laid out already, and is a `Response`.
    func send<Response: ProtobufJSONMessage>(
        encoded response: some WireEncodable, as type: Response.Type
    ) {
        guard isOpen else { return }
        switch way {
        case .grpc(let stream):
            counters?.messagesSent.increment()
            stream.send(size: response.encodedSize) { response.serialize(into: $0) }
        case .gateway(let exchange):
            let message = try? Response(serializedBytes: response.serializedBytes())
            guard let message else { preconditionFailure("a message that is not what it says") }
            send(line: GatewayLine.result(message), on: exchange)
        }
    }

    /// Ends the call, after what was sent.
    func finish(_ status: GRPCStatus = .ok) {
        guard isOpen else { return }
        switch way {
        case .grpc(let stream): stream.finish(status)
        case .gateway(let exchange): finish(exchange, status)
        }
        ended(status.code)
    }

    // MARK: The gateway

    private func send(line: [UInt8], on exchange: HTTPExchange) {
        if !hasStarted {
            hasStarted = true
            exchange.startStreaming(status: 200, headers: [JSONContent.header])
        }
        exchange.sendChunk(line)
    }

    private func finish(_ exchange: HTTPExchange, _ status: GRPCStatus) {
        if status.code == .ok || hasStarted {
            if status.code != .ok { exchange.sendChunk(GatewayLine.error(status)) }
            if !hasStarted {
                exchange.startStreaming(status: 200, headers: [JSONContent.header])
            }
            return exchange.end()
        }
        exchange.respond(
            status: status.code.httpStatus, headers: [JSONContent.header],
            body: GatewayLine.error(status))
    }

    // MARK: The end

    private func ended(_ code: GRPCCode) {
        guard !hasEnded else { return }
        hasEnded = true
        counters?.handled(code: Int(code.rawValue))
        if let time = counters?.time, case .grpc(let stream) = way {
            time.observe(nanoseconds: stream.ageNanoseconds)
        }
        onMessage = nil
        onHalfClose = nil
        onDrain = nil
        onRelease = nil
        let (action, leave) = (onEnd, onLeave)
        (onEnd, onLeave) = (nil, nil)
        action?()
        leave?()
    }
}
