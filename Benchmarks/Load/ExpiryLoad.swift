import EtcdMessages
import EventLoops
import Glibc
import Protobuf
import Transport

/// Leases with a key each that nobody keeps alive, and a watch that sees their ends.
final class ExpiryLoad: LoadRun {
    private let loop: EventLoop
    private let options: Options
    private let leases: Leases
    private var connection: ClientConnection?
    private var stream: ClientStream?
    private var grantedAt: UInt64 = 0
    private var firstAt: UInt64 = 0
    private var lastAt: UInt64 = 0
    private var ended = 0
    private var early = 0

    init(loop: EventLoop, options: Options) {
        self.loop = loop
        self.options = options
        leases = Leases(loop: loop, options: options, hasKeys: true)
    }

    func start() {
        let endpoint = options.endpoints[0]
        let connection = ClientConnection(
            loop: loop, configuration: ClientConfiguration(host: endpoint.host, port: endpoint.port)
        )
        self.connection = connection
        let stream = connection.stream(WatchMethods.watch)
        stream.onMessage = { [unowned self] in received($0) }
        stream.onClose = { complain("the watch ended: \($0)") }
        var create = WatchCreateRequest()
        create.key = Leases.prefix
        create.rangeEnd = Leases.prefix.dropLast() + [UInt8(ascii: "0")]
        create.filters = [.noput]
        var request = WatchRequest()
        request.createRequest = create
        stream.send(request.serializedBytes())
        self.stream = stream
        let begin = loop.now
        leases.grant { [unowned self] in
            grantedAt = loop.now
            print("granted \(options.leases) leases in \((loop.now - begin) / 1_000_000) ms")
            fflush(nil)
        }
        loop.schedule(afterMilliseconds: UInt64(options.seconds) * 1_000) { [unowned self] in
            loop.stop()
        }
    }

    func report() {
        print(
            "\(ended) of \(options.leases) leases of \(options.ttl) s ended, \(early) early;",
            "the first \((firstAt - min(grantedAt, firstAt)) / 1_000_000) ms after the last grant,",
            "the last \((lastAt - firstAt) / 1_000_000) ms after the first")
    }

    private func received(_ message: UnsafeRawBufferPointer) {
        guard let response = try? WatchResponse(serializedBytes: Array(message)) else { return }
        for event in response.events {
            if ended == 0 { firstAt = loop.now }
            lastAt = loop.now
            ended += 1
            let name = String(decoding: event.kv.key[Leases.prefix.count...], as: UTF8.self)
            let age = loop.now - leases.askedAt[Int(name) ?? 0]
            if age < UInt64(options.ttl) * 1_000_000_000 { early += 1 }
        }
        if ended == options.leases { loop.stop() }
    }
}
