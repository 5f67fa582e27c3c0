import Basics
import EtcdMessages
import EventLoops
import Glibc
import Protobuf
import Transport

/// The clients, their connections and what they have measured.
final class Load {
    private let loop: EventLoop
    private let options: Options
    private let path: String
    private var connections: [ClientConnection] = []
    private var random = SeededRandom(seed: 1)
    private var latencies: [UInt64] = []
    private var failures = 0
    private var isMeasuring = false
    private var startedAt: UInt64 = 0
    private var endedAt: UInt64 = 0
    private var processesBefore: [ProcessTime] = []
    private var processesAfter: [ProcessTime] = []

    init(loop: EventLoop, options: Options) {
        self.loop = loop
        self.options = options
        path = options.workload == .get ? KVMethods.range : KVMethods.put
        latencies.reserveCapacity(1 << 20)
    }

    /// Connects, and plans warm-up, measurement and end.
    func start() {
        let count = (options.clients + Self.clientsPerConnection - 1) / Self.clientsPerConnection
        connections = (0..<count).map { index in
            let endpoint = options.endpoints[index % options.endpoints.count]
            return ClientConnection(
                loop: loop,
                configuration: ClientConfiguration(host: endpoint.host, port: endpoint.port))
        }
        for client in 0..<options.clients { begin(on: connections[client % count]) }
        loop.schedule(afterMilliseconds: Self.warmUpMilliseconds) { [unowned self] in begin() }
        loop.schedule(
            afterMilliseconds: Self.warmUpMilliseconds + UInt64(options.seconds) * 1_000
        ) { [unowned self] in end() }
    }

    func report() {
        guard !latencies.isEmpty else { return print("no operation has succeeded") }
        latencies.sort()
        let seconds = Double(endedAt - startedAt) / 1e9
        print(
            "\(options.workload.rawValue) \(options.clients) clients:",
            "\(Int(Double(latencies.count) / seconds)) ops/s,",
            "p50 \(microseconds(0.5)), p99 \(microseconds(0.99)),",
            "p99.9 \(microseconds(0.999)) µs, \(failures) failures")
        var sum = 0.0
        for (before, after) in zip(processesBefore, processesAfter) {
            let time = (after - before).perOperation(latencies.count)
            sum += time.totalMicroseconds
            print("  process \(before.pid): \(time)")
        }
        if processesBefore.count > 1 { print("  all: \(tenths(sum)) µs CPU/op") }
    }

    private func begin() {
        isMeasuring = true
        startedAt = loop.now
        processesBefore = options.pids.map(ProcessTime.init(of:))
    }

    private func end() {
        isMeasuring = false
        endedAt = loop.now
        processesAfter = options.pids.map(ProcessTime.init(of:))
        loop.stop()
    }

    /// One client begins, with a session if it needs one.
    private func begin(on connection: ClientConnection) {
        guard options.workload == .sessionPut else { return issue(on: connection, session: nil) }
        connection.unary(
            StoreMethods.registerSession, RegisterSessionRequest().serializedBytes()
        ) { [unowned self] result in
            switch result.map({ try? RegisterSessionResponse(serializedBytes: $0) }) {
            case .success(let response?):
                issue(on: connection, session: ClientSession(id: response.session))
            case .success(nil): failed("an answer that is no RegisterSessionResponse")
            case .failure(let failure): failed(failure.message)
            }
        }
    }

    /// One client's next operation, and then the one after it.
    private func issue(on connection: ClientConnection, session: ClientSession?) {
        let sentAt = loop.now
        let metadata = session.map { [("synod-session", $0.nextTicket())] } ?? []
        connection.unary(path, request(), metadata: metadata) { [unowned self] result in
            switch result {
            case .success: if isMeasuring { latencies.append(loop.now - sentAt) }
            case .failure(let failure): failed(failure.message)
            }
            if !connection.isClosed { issue(on: connection, session: session) }
        }
    }

    private func failed(_ message: String) {
        failures += 1
        if failures == 1 { complain("the first failure: \(message)") }
    }

    private func request() -> [UInt8] {
        let number = Int.random(in: 0..<Self.keyCount, using: &random)
        let key = Array("key\(1_000_000 + number)".utf8)
        switch options.workload {
        case .put, .sessionPut:
            var put = PutRequest()
            put.key = key
            put.value = [UInt8](
                repeating: UInt8(truncatingIfNeeded: number), count: Self.valueBytes)
            return put.serializedBytes()
        case .get:
            var range = RangeRequest()
            range.key = key
            return range.serializedBytes()
        }
    }

    private func microseconds(_ quantile: Double) -> Int {
        let index = min(latencies.count - 1, Int(Double(latencies.count) * quantile))
        return Int(latencies[index] / 1_000)
    }

    private static let clientsPerConnection = 8
    private static let keyCount = 100_000
    private static let valueBytes = 256
    private static let warmUpMilliseconds: UInt64 = 500
}
