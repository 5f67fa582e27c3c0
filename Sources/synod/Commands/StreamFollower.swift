internal import EventLoops
internal import GRPC
internal import SynodClient
internal import Transport

/// Follows one streaming call from node to node: when a node goes, the next one is asked, and when a node does not take
/// the token any more, it gets another one.
final class StreamFollower {
    /// Whom to ask, and who asks.
    struct Nodes {
        let endpoints: [Endpoint]
        let tokens: TokenSource
        var links: LinkSecurity

        init(_ values: FlagValues, _ endpoints: [Endpoint]) throws(UsageError) {
            self.endpoints = endpoints
            links = try SecurityFlags.links(values, to: endpoints)
            tokens = try TokenSource(values, endpoints)
        }
    }

    /// What an answer means.
    enum Verdict {
        case taken
        /// The node has ended it, and says why.
        case refused(String)
    }

    /// Whether the client has nothing more to say after its request.
    var closesInput = false
    private let loop = EventLoop()
    private var nodes: Nodes
    private let path: String
    private let request: () -> [UInt8]
    private let receive: (UnsafeRawBufferPointer) -> Verdict
    private var place = 0
    private var connection: ClientConnection?
    private var stream: ClientStream?
    private var end: ExitCode?
    /// Nodes that were asked in a row and gave nothing.
    private var failures = 0
    /// Tokens in a row that were not taken.
    private var refusedTokens = 0

    /// - Parameters:
    ///   - request: what a node is asked to go on with.
    ///   - receive: takes an answer.
    init(
        _ nodes: Nodes, _ path: String, request: @escaping () -> [UInt8],
        receive: @escaping (UnsafeRawBufferPointer) -> Verdict
    ) {
        self.nodes = nodes
        self.path = path
        self.request = request
        self.receive = receive
    }

    /// Follows until there is nothing more to come. Blocking. Once only.
    func run() -> ExitCode {
        do throws(ClientError) {
            nodes.links.token = try nodes.tokens.token()
        } catch {
            return ClientCommand.report(error, isRead: true)
        }
        connect()
        while end == nil { loop.runOnce(waiting: true) }
        connection?.close()
        return end ?? .failed
    }

    private func connect() {
        let endpoint = nodes.endpoints[place % nodes.endpoints.count]
        var settings = nodes.links.settings(for: endpoint)
        // A node that has vanished, or is frozen, does not say so.
        settings.keepAliveMilliseconds = Self.keepAliveMilliseconds
        settings.keepAliveTimeoutMilliseconds = Self.keepAliveTimeoutMilliseconds
        // What one request has changed comes in one message.
        settings.messageBytesMax = SynodClient.Limits.responseBytesMax
        let connection = ClientConnection(loop: loop, configuration: settings)
        // A node without a leader sees nothing new.
        let stream = connection.stream(
            path, metadata: [("hasleader", "true")] + nodes.links.metadata)
        stream.onMessage = { [unowned self] in took($0) }
        stream.onClose = { [unowned self] in closed($0) }
        stream.send(request())
        if closesInput { stream.halfClose() }
        self.connection = connection
        self.stream = stream
    }

    private func took(_ message: UnsafeRawBufferPointer) {
        guard end == nil else { return }
        switch receive(message) {
        case .taken:
            (failures, refusedTokens) = (0, 0)
            // Nobody reads what would still come.
            guard Console.hasLostOutput else { return }
            stream?.onClose = nil
            end = .success
        case .refused(let reason):
            // Of what becomes of this call nobody needs to hear.
            stream?.onClose = nil
            refused(reason)
        }
    }

    /// The next node goes on where this one ended.
    private func closed(_ status: GRPCStatus) {
        guard end == nil else { return }
        guard status.code == .unavailable || status.code == .internal else {
            return refused(status.message)
        }
        failed(status.message)
        place += 1
    }

    /// Where no more than another token is needed it goes on with one.
    private func refused(_ reason: String) {
        guard TokenRefusal.isMeant(by: reason), nodes.tokens.hasUser,
            refusedTokens < Self.refusedTokensMax
        else {
            Console.complain(reason)
            end = .failed
            return
        }
        refusedTokens += 1
        do throws(ClientError) {
            nodes.links.token = try nodes.tokens.token()
            connectAgain(afterMilliseconds: refusedTokens == 1 ? 0 : Self.pauseMilliseconds)
        } catch  where error.code == .unavailable || error.code == .deadlineExceeded {
            failed(error.message)
        } catch {
            end = ClientCommand.report(error, isRead: true)
        }
    }

    private func failed(_ reason: String) {
        failures += 1
        guard failures <= Self.failuresMax * nodes.endpoints.count else {
            Console.complain(reason)
            end = .unavailable
            return
        }
        connectAgain(afterMilliseconds: failures == 1 ? 0 : Self.pauseMilliseconds)
    }

    private func connectAgain(afterMilliseconds milliseconds: UInt64) {
        loop.schedule(afterMilliseconds: milliseconds) { [unowned self] in
            connection?.close()
            connect()
        }
    }

    /// So often each node is asked in vain before it ends.
    private static let failuresMax = 50
    /// Tokens that nobody takes, one after the other, before it ends.
    private static let refusedTokensMax = 3
    private static let pauseMilliseconds: UInt64 = 200
    /// No sooner than servers allow: etcd's close connections on which pings come more often than every 5 s.
    private static let keepAliveMilliseconds: UInt64 = 10_000
    private static let keepAliveTimeoutMilliseconds: UInt64 = 5_000
}
