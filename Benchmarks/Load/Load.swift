import Basics
import EtcdMessages
import EventLoops
import Glibc
import Protobuf
import TLS
import Transport

/// The clients, their connections and what they have measured.
final class Load: LoadRun {
    private let loop: EventLoop
    private let options: Options
    private let path: String
    private let tls: TLSContext?
    private var connections: [ClientConnection] = []
    private var random: SeededRandom
    private let values: ValuePool
    private var nextKey = 0
    private var latencies: [UInt64] = []
    private var trace: Trace?
    private var failures = 0
    private var isMeasuring = false
    private var startedAt: UInt64 = 0
    private var endedAt: UInt64 = 0
    private var processesBefore: [ProcessTime] = []
    private var processesAfter: [ProcessTime] = []

    init(loop: EventLoop, options: Options) throws(TLSError) {
        self.loop = loop
        self.options = options
        random = SeededRandom(seed: UInt64(options.seed))
        tls =
            options.files.trustedAuthorities == nil
            ? nil : try TLSContext(.client, options.files.read(), TLSPolicy())
        path = options.workload == .get ? KVMethods.range : KVMethods.put
        values = ValuePool(using: &random)
        latencies.reserveCapacity(1 << 20)
        trace = options.tracePath.map { Trace(path: $0, now: loop.now) }
    }

    /// Connects, and plans warm-up, measurement and end.
    func start() {
        let count = (options.clients + Self.clientsPerConnection - 1) / Self.clientsPerConnection
        connections = (0..<count).map { index in
            let endpoint = options.endpoints[index % options.endpoints.count]
            var configuration = ClientConfiguration(host: endpoint.host, port: endpoint.port)
            configuration.tls = tls
            return ClientConnection(loop: loop, configuration: configuration)
        }
        guard let user = options.user else { return beginAll() }
        logIn(user.name, user.password)
    }

    private func logIn(_ name: String, _ password: String) {
        let request = AuthenticateRequest.with { ($0.name, $0.password) = (name, password) }
        connections[0].unary(AuthMethods.authenticate, request.serializedBytes()) {
            [unowned self] result in
            switch result.map({ try? AuthenticateResponse(serializedBytes: $0) }) {
            case .success(let response?): connections.forEach { $0.token = response.token }
            case .success(nil): failed("an answer that is no AuthenticateResponse")
            case .failure(let failure): failed(failure.message)
            }
            beginAll()
        }
    }

    private func beginAll() {
        for client in 0..<options.clients { begin(on: connections[client % connections.count]) }
        if options.workload == .fill { return begin() }
        loop.schedule(afterMilliseconds: Self.warmUpMilliseconds) { [unowned self] in begin() }
        loop.schedule(
            afterMilliseconds: Self.warmUpMilliseconds + UInt64(options.seconds) * 1_000
        ) { [unowned self] in end() }
    }

    func report() {
        trace?.close()
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
        if options.workload == .fill, nextKey == options.keyCount { return }
        let sentAt = loop.now
        let metadata = session.map { [("synod-session", $0.nextTicket())] } ?? []
        connection.unary(path, request(), metadata: metadata) { [unowned self] result in
            switch result {
            case .success: succeeded(sentAt)
            case .failure(let failure): failed(failure.message)
            }
            if !connection.isClosed { issue(on: connection, session: session) }
        }
    }

    private func succeeded(_ sentAt: UInt64) {
        guard isMeasuring else { return }
        latencies.append(loop.now - sentAt)
        trace?.note(endedAt: loop.now, nanoseconds: loop.now - sentAt)
        endFill()
    }

    private func endFill() {
        guard options.workload == .fill, latencies.count + failures == options.keyCount else {
            return
        }
        end()
    }

    private func failed(_ message: String) {
        failures += 1
        endFill()
        if failures == 1 { complain("the first failure: \(message)") }
    }

    private func request() -> [UInt8] {
        switch options.workload {
        case .put, .sessionPut, .fill:
            var put = PutRequest()
            put.key = key()
            put.value = values.value(byteCount: options.valueBytes, using: &random)
            return put.serializedBytes()
        case .get:
            var range = RangeRequest()
            range.key = key()
            return range.serializedBytes()
        default: preconditionFailure("\(options.workload) has a run of its own")
        }
    }

    /// `key`, zeros and a number: so many bytes as were asked for.
    private func key() -> [UInt8] {
        var number = nextKey
        if options.workload == .fill {
            nextKey += 1
        } else {
            number = Int.random(in: 0..<options.keyCount, using: &random)
        }
        let digits = String(number).utf8
        let zeros = repeatElement(UInt8(ascii: "0"), count: options.keyBytes - 3 - digits.count)
        return Array("key".utf8) + zeros + digits
    }

    private func microseconds(_ quantile: Double) -> Int {
        let index = min(latencies.count - 1, Int(Double(latencies.count) * quantile))
        return Int(latencies[index] / 1_000)
    }

    private static let clientsPerConnection = 8
    private static let warmUpMilliseconds: UInt64 = 500
}
