internal import Basics
internal import Histories
internal import SynodClient

/// One client of a torture run: asks one thing at a time, as its seed says, and keeps what it was told.
struct TortureClient {
    private let number: Int
    private let node: Int
    private let client: Client
    private let keys: TortureKeys
    private let ledger: TortureLedger
    private let hasAppend: Bool
    private let pauseMicroseconds: Int
    private var random: SeededRandom
    private var operations: [RecordedOperation] = []
    /// What it last saw of registers, to compare with; of the newest ones only.
    private var lastSeen: [[UInt8]: [UInt8]] = [:]
    private static let lastSeenMax = 256
    /// How far back a read at an old revision may go.
    private static let revisionsBackMax: Int64 = 300

    init(
        number: Int, client: Client, node: Int, keys: TortureKeys, ledger: TortureLedger,
        hasAppend: Bool, configuration: TortureConfiguration
    ) {
        self.number = number
        self.client = client
        self.node = node
        self.keys = keys
        self.ledger = ledger
        self.hasAppend = hasAppend
        pauseMicroseconds = 1_000_000 * configuration.clients / configuration.rate
        random = SeededRandom(seed: configuration.seed &* 1_000_003 &+ UInt64(number))
    }

    /// Works until the ledger says that it is over. Returns everything that it asked.
    mutating func run() async -> [RecordedOperation] {
        while let serial = ledger.begin() {
            await perform(action(serial))
            let pause = Int.random(in: 0...2 * pauseMicroseconds, using: &random)
            try? await Task.sleep(for: .microseconds(pause))
        }
        return operations
    }

    // MARK: What to ask

    private mutating func action(_ serial: Int) -> Action {
        let value = Array("\(number).\(serial)".utf8)
        let key = keys.register(number(below: 1 << 16))
        switch number(below: 100) {
        case 0..<25: return .put(key: key, value: value)
        case 25..<55: return .get(key: keyToRead(key), .linearizable)
        case 55..<65: return .get(key: keyToRead(key), .sequential(sinceRevision: 0))
        case 65..<72: return .get(key: keyToRead(key), oldRevision())
        case 72..<77: return .delete(key: key)
        case 77..<86: return .compareAndSet(key: key, expected: lastSeen[key], value: value)
        case 86..<92: return .transaction(transaction(key, value))
        default:
            guard hasAppend else { return .put(key: key, value: value) }
            let list = keys.list(number(below: 1 << 16), isForAppend: true)
            return .append(key: list, token: Array("<".utf8) + value + Array(">".utf8))
        }
    }

    private mutating func keyToRead(_ register: [UInt8]) -> [UInt8] {
        guard hasAppend, number(below: 3) == 0 else { return register }
        return keys.list(number(below: 1 << 16), isForAppend: false)
    }

    private mutating func oldRevision() -> Reading {
        let newest = ledger.now.revision
        guard newest > 0 else { return .linearizable }
        let back = Int64.random(in: 0...Self.revisionsBackMax, using: &random)
        return .atRevision(max(1, newest - back))
    }

    /// Moves something from one register to another, or looks at both.
    private mutating func transaction(_ first: [UInt8], _ value: [UInt8]) -> Transaction {
        let second = keys.register(number(below: 1 << 16))
        let reads = [Transaction.Step.get(key: first), .get(key: second)]
        guard first != second, number(below: 3) > 0 else { return Transaction(success: reads) }
        let test: Transaction.Condition.Test = lastSeen[first].map { .holds($0) } ?? .isAbsent
        return Transaction(
            conditions: [.init(first, test)],
            success: [
                .get(key: second), .put(key: first, value: value), .put(key: second, value: value),
            ],
            failure: reads)
    }

    private mutating func number(below bound: Int) -> Int { .random(in: 0..<bound, using: &random) }

    // MARK: Asking

    private mutating func perform(_ action: Action) async {
        // Some reads are held to one node, because only that one can be wrong.
        let isHeld = action.isHeldToOneNode || (action.isRead && number(below: 3) == 0)
        let node = isHeld ? number(below: client.endpoints.count) : 0
        var operation = RecordedOperation(
            client: number, node: (self.node + node) % client.endpoints.count, action: action,
            begunNanoseconds: Clock.nanoseconds())
        let call = TortureCall(client: client, endpoint: isHeld ? client.endpoints[node] : nil)
        var failure: String?
        do throws(ClientError) {
            let answer = try await call.perform(action)
            if answer == nil { failure = "an answer without the results of its steps" }
            operation.end(
                answer.map { .done($0) } ?? .unknown, atNanoseconds: Clock.nanoseconds())
        } catch {
            failure = error.description
            let isRefused = error.isDefinite || action.isRead
            operation.end(isRefused ? .refused : .unknown, atNanoseconds: Clock.nanoseconds())
        }
        learn(operation)
        operations.append(operation)
        ledger.end(operation.ending, failure: failure)
    }

    private mutating func learn(_ operation: RecordedOperation) {
        if lastSeen.count > Self.lastSeenMax { lastSeen.removeAll() }
        switch (operation.action, operation.answer?.outcome) {
        case (.get(let key, _), .read(let pair)?): lastSeen[key] = pair?.value
        case (.put(let key, let value), .put?): lastSeen[key] = value
        case (.compareAndSet(let key, _, let value), .swapped(true)?): lastSeen[key] = value
        default: break
        }
    }
}

extension Action {
    /// What a node has applied is told by that node only.
    fileprivate var isHeldToOneNode: Bool {
        if case .get(_, .sequential) = self { true } else { false }
    }
}
