import EtcdMessages
import EventLoops
import Glibc
import Protobuf
import Transport

/// Leases that are kept alive at a steady rate over some streams.
final class KeepAliveLoad: LoadRun {
    private let loop: EventLoop
    private let options: Options
    private let leases: Leases
    private var streams: [ClientStream] = []
    /// When what each stream waits for was sent, and how much of that has been answered.
    private var sentAt: [[UInt64]] = []
    private var answered: [Int] = []
    private var sent = 0
    private var startedAt: UInt64 = 0
    private var latencies: [UInt64] = []
    private var lost = 0
    private var failures = 0
    private var measurement = Measurement()

    init(loop: EventLoop, options: Options) {
        self.loop = loop
        self.options = options
        leases = Leases(loop: loop, options: options, hasKeys: false)
    }

    func start() { leases.grant { [unowned self] in begin() } }

    func report() {
        latencies.sort()
        guard let last = latencies.last else { return print("no lease was kept alive") }
        print(
            "keep-alive of \(options.leases) leases on \(streams.count) streams:",
            "\(Int(Double(latencies.count) / measurement.seconds)) of \(options.rate) a second,",
            "p50 \(latencies[latencies.count / 2] / 1_000),",
            "p99 \(latencies[latencies.count * 99 / 100] / 1_000), max \(last / 1_000) µs,",
            "\(lost) lost, \(failures) failures")
        measurement.print(operations: latencies.count, of: "keep-alive")
    }

    private func begin() {
        print("granted \(options.leases) leases")
        fflush(nil)
        for index in 0..<options.connections {
            let endpoint = options.endpoints[index % options.endpoints.count]
            connections.append(
                ClientConnection(
                    loop: loop,
                    configuration: ClientConfiguration(host: endpoint.host, port: endpoint.port)))
            let stream = connections[index].stream(LeaseMethods.leaseKeepAlive)
            stream.onMessage = { [unowned self] in received($0, on: index) }
            stream.onClose = { [unowned self] status in
                failures += 1
                complain("a stream ended: \(status)")
            }
            streams.append(stream)
            sentAt.append([])
            answered.append(0)
        }
        startedAt = loop.now
        measurement.begin(options, now: loop.now)
        send()
        loop.schedule(afterMilliseconds: UInt64(options.seconds) * 1_000) { [unowned self] in
            measurement.end(now: loop.now)
            loop.stop()
        }
    }

    private var connections: [ClientConnection] = []

    /// Sends what is due by now, and plans to do so again.
    private func send() {
        let due = Int(Double(loop.now - startedAt) / 1e9 * Double(options.rate))
        while sent < due {
            let index = sent % streams.count
            var request = LeaseKeepAliveRequest()
            request.id = leases.ids[sent % leases.ids.count]
            sentAt[index].append(loop.now)
            streams[index].send(request.serializedBytes())
            sent += 1
        }
        loop.schedule(afterMilliseconds: 1) { [unowned self] in send() }
    }

    private func received(_ message: UnsafeRawBufferPointer, on index: Int) {
        let response = try? LeaseKeepAliveResponse(serializedBytes: Array(message))
        if response?.ttl ?? 0 <= 0 { lost += 1 }
        latencies.append(loop.now - sentAt[index][answered[index]])
        answered[index] += 1
    }
}
