internal import EventLoops
internal import GRPC
internal import SynodClient
internal import Transport

/// Follows one streaming call from node to node: when a node goes, the next one is asked.
final class StreamFollower {
    /// Whether the client has nothing more to say after its request.
    var closesInput = false
    private let loop = EventLoop()
    private let endpoints: [Endpoint]
    private let links: LinkSecurity
    private let path: String
    private let request: () -> [UInt8]
    private let receive: (UnsafeRawBufferPointer) -> ExitCode?
    private var place = 0
    private var connection: ClientConnection?
    private var stream: ClientStream?
    private var end: ExitCode?
    /// Nodes that were asked in a row and gave nothing.
    private var failures = 0

    /// - Parameters:
    ///   - request: what a node is asked to go on with.
    ///   - receive: takes an answer; what it gives ends the run.
    init(
        _ endpoints: [Endpoint], _ links: LinkSecurity, _ path: String,
        request: @escaping () -> [UInt8],
        receive: @escaping (UnsafeRawBufferPointer) -> ExitCode?
    ) {
        self.endpoints = endpoints
        self.links = links
        self.path = path
        self.request = request
        self.receive = receive
    }

    /// Follows until there is nothing more to come. Blocking. Once only.
    func run() -> ExitCode {
        connect()
        while end == nil { loop.runOnce(waiting: true) }
        connection?.close()
        return end ?? .failed
    }

    private func connect() {
        let endpoint = endpoints[place % endpoints.count]
        let connection = ClientConnection(
            loop: loop, configuration: links.settings(for: endpoint))
        // A node without a leader sees nothing new.
        let stream = connection.stream(path, metadata: [("hasleader", "true")] + links.metadata)
        stream.onMessage = { [unowned self] in took($0) }
        stream.onClose = { [unowned self] in closed($0) }
        stream.send(request())
        if closesInput { stream.halfClose() }
        self.connection = connection
        self.stream = stream
    }

    private func took(_ message: UnsafeRawBufferPointer) {
        guard end == nil else { return }
        failures = 0
        end = receive(message)
    }

    /// The next node goes on where this one ended.
    private func closed(_ status: GRPCStatus) {
        guard end == nil else { return }
        guard status.code == .unavailable || status.code == .internal else {
            Console.complain(status.message)
            end = .failed
            return
        }
        failures += 1
        guard failures <= Self.failuresMax * endpoints.count else {
            Console.complain(status.message)
            end = .unavailable
            return
        }
        place += 1
        loop.schedule(afterMilliseconds: failures == 1 ? 0 : Self.pauseMilliseconds) {
            [unowned self] in
            connection?.close()
            connect()
        }
    }

    /// So often each node is asked in vain before it ends.
    private static let failuresMax = 50
    private static let pauseMilliseconds: UInt64 = 200
}
