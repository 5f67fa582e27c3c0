internal import EtcdMessages
internal import EventLoops
internal import GRPC
internal import Protobuf
internal import SynodClient
internal import Transport

/// Follows one watch from node to node.
final class WatchFollower {
    private let loop = EventLoop()
    private let endpoints: [Endpoint]
    private var request: WatchCreateRequest
    private let printer: WatchPrinter
    private var place = 0
    private var connection: ClientConnection?
    private var stream: ClientStream?
    private var end: ExitCode?
    /// Nodes that were asked in a row and gave nothing.
    private var failures = 0

    init(_ endpoints: [Endpoint], _ request: WatchCreateRequest, _ printer: WatchPrinter) {
        self.endpoints = endpoints
        self.request = request
        self.printer = printer
    }

    /// Prints until there is nothing more to come. Blocking. Once only.
    func run() -> ExitCode {
        connect()
        while end == nil { loop.runOnce(waiting: true) }
        connection?.close()
        return end ?? .failed
    }

    private func connect() {
        let endpoint = endpoints[place % endpoints.count]
        var settings = Transport.ClientConfiguration(host: endpoint.host, port: endpoint.port)
        settings.authority = endpoint.description
        let connection = ClientConnection(loop: loop, configuration: settings)
        // A node without a leader sees nothing new.
        let stream = connection.stream(WatchMethods.watch, metadata: [("hasleader", "true")])
        stream.onMessage = { [unowned self] in receive($0) }
        stream.onClose = { [unowned self] in closed($0) }
        var message = WatchRequest()
        message.createRequest = request
        stream.send(message.serializedBytes())
        self.connection = connection
        self.stream = stream
    }

    private func receive(_ message: UnsafeRawBufferPointer) {
        guard end == nil, let response = try? WatchResponse(serialized: message) else { return }
        failures = 0
        if response.canceled {
            let reason =
                response.compactRevision > 0
                ? "the changes before revision \(response.compactRevision) were compacted"
                : response.cancelReason
            Console.complain(reason)
            end = .failed
        } else if response.created {
            if request.startRevision == 0 { request.startRevision = response.header.revision + 1 }
        } else if let last = response.events.last {
            printer.print(response)
            request.startRevision = last.kv.modRevision + 1
        }
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
