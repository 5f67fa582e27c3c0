import EtcdMessages
import EventLoops
import Protobuf
import Transport

/// Watches on streams on connections, spread evenly.
final class Watches {
    private let options: Options
    private let isShared: Bool
    private let connections: [ClientConnection]
    private var streams: [ClientStream] = []
    private var created = 0
    private var whenCreated: (() -> Void)?
    /// Events that have come.
    private(set) var events = 0
    /// Streams that have ended, and watches that were refused.
    private(set) var failures = 0
    var onEvents: (() -> Void)?

    /// - Parameter isShared: all watch the same prefix; else each watches a key of its own.
    init(loop: EventLoop, options: Options, isShared: Bool) {
        self.options = options
        self.isShared = isShared
        connections = (0..<options.connections).map { index in
            let endpoint = options.endpoints[index % options.endpoints.count]
            return ClientConnection(
                loop: loop,
                configuration: ClientConfiguration(host: endpoint.host, port: endpoint.port))
        }
    }

    /// Opens all of them; `action` is called when all are there.
    func open(_ action: @escaping () -> Void) {
        whenCreated = action
        for index in 0..<options.streams {
            let stream = connections[index % connections.count].stream(WatchMethods.watch)
            stream.onMessage = { [unowned self] in received($0) }
            stream.onClose = { [unowned self] status in
                failures += 1
                complain("a stream ended: \(status)")
            }
            streams.append(stream)
        }
        for index in 0..<options.watchers {
            streams[index % streams.count].send(request(index).serializedBytes())
        }
        if options.watchers == 0 { action() }
    }

    private func request(_ index: Int) -> WatchRequest {
        var create = WatchCreateRequest()
        create.key = Self.sharedPrefix
        if isShared {
            create.rangeEnd = Self.sharedPrefix.dropLast() + [Self.sharedPrefix[1] + 1]
        } else {
            create.key = Array("idle/\(index)".utf8)
        }
        var request = WatchRequest()
        request.createRequest = create
        return request
    }

    private func received(_ message: UnsafeRawBufferPointer) {
        let seen = WatchScan(message)
        events += seen.events
        if seen.isCanceled {
            failures += 1
            complain("a watch was canceled")
        }
        if seen.isCreated {
            created += 1
            if created == options.watchers { whenCreated?() }
        }
        if seen.events > 0 { onEvents?() }
    }

    static let sharedPrefix = Array("w/".utf8)
}
