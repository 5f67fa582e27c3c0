import Basics
import EtcdMessages
import EventLoops
import Glibc
import Protobuf
import Transport

/// Watches, and clients that put what all of them watch: the next put begins when all watchers have been told of the
/// one so many puts before it, so that what is measured is what is delivered.
final class WatchLoad: LoadRun {
    private let loop: EventLoop
    private let options: Options
    private let watches: Watches
    private let values: ValuePool
    private var random = SeededRandom(seed: 1)
    private var writers: [ClientConnection] = []
    private var begun: [UInt64] = []
    private var told = 0
    private var latencies: [UInt64] = []
    private var measurement = Measurement()
    private var isMeasuring = false
    private var eventsBefore = 0
    private var eventsAfter = 0
    private var putsBefore = 0
    private var putsAfter = 0

    init(loop: EventLoop, options: Options) {
        self.loop = loop
        self.options = options
        watches = Watches(loop: loop, options: options, isShared: true)
        values = ValuePool(using: &random)
    }

    func start() {
        writers = options.endpoints.map {
            ClientConnection(
                loop: loop, configuration: ClientConfiguration(host: $0.host, port: $0.port))
        }
        watches.onEvents = { [unowned self] in check() }
        watches.open { [unowned self] in
            loop.schedule(afterMilliseconds: Self.warmUpMilliseconds) { [unowned self] in begin() }
            check()
        }
    }

    func report() {
        let seconds = measurement.seconds
        latencies.sort()
        guard let last = latencies.last else { return print("no event was delivered") }
        let events = eventsAfter - eventsBefore
        print(
            "watch \(options.watchers) watchers on \(options.streams) streams of",
            "\(options.connections) connections:",
            "\(Int(Double(events) / seconds)) events/s,",
            "\(Int(Double(putsAfter - putsBefore) / seconds)) puts/s,",
            "from put to the last watcher p50 \(latencies[latencies.count / 2] / 1_000),",
            "p99 \(latencies[latencies.count * 99 / 100] / 1_000), max \(last / 1_000) µs,",
            "\(watches.failures) failures")
        measurement.print(operations: events, of: "event")
    }

    private func begin() {
        isMeasuring = true
        eventsBefore = watches.events
        putsBefore = told
        measurement.begin(options, now: loop.now)
        loop.schedule(afterMilliseconds: UInt64(options.seconds) * 1_000) { [unowned self] in
            measurement.end(now: loop.now)
            eventsAfter = watches.events
            putsAfter = told
            loop.stop()
        }
    }

    /// Counts the puts of which all have been told, and puts anew for them.
    private func check() {
        while (told + 1) * options.watchers <= watches.events, told < begun.count {
            if isMeasuring { latencies.append(loop.now - begun[told]) }
            told += 1
        }
        while begun.count - told < options.clients { put() }
    }

    private func put() {
        var request = PutRequest()
        request.key = Watches.sharedPrefix + Array(String(begun.count % Self.keys).utf8)
        request.value = values.value(byteCount: options.valueBytes, using: &random)
        begun.append(loop.now)
        let writer = writers[begun.count % writers.count]
        writer.unary(KVMethods.put, request.serializedBytes()) { result in
            if case .failure(let failure) = result { complain("a put: \(failure.message)") }
        }
    }

    private static let keys = 100
    private static let warmUpMilliseconds: UInt64 = 500
}
