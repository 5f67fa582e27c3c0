import Histories
import SynodClient
import Synchronization

@testable import synod

/// The clients of a chaos run: they write and read without a pause and note what they were told.
final class ChaosClients: Sendable {
    /// What they have done, and how many writes each member has acknowledged.
    struct Record {
        var operations: [RecordedOperation] = []
        var acknowledgedByMember: [UInt64: Int] = [:]

        var acknowledged: Int { acknowledgedByMember.values.reduce(0, +) }
    }

    private let record = Mutex(Record())
    private let isStopped = Mutex(false)
    private let cluster: TestCluster
    /// Words per appended key, so that values stay small while their history is kept.
    private static let wordsPerKey = 100
    /// Calls of one client, so that even a fast cluster leaves a history that can be checked.
    private static let pauseMilliseconds = 2

    init(cluster: TestCluster) { self.cluster = cluster }

    /// How much has been acknowledged so far.
    var acknowledged: Int { record.withLock { $0.acknowledged } }

    /// Waits until so many writes more have been acknowledged.
    func waitForWrites(_ count: Int, _ what: String = "further writes", seconds: Double = 30)
        async throws
    {
        let before = acknowledged
        try await wait(what, seconds: seconds) { acknowledged > before + count }
    }

    /// How many nodes have acknowledged a write.
    var answeringMemberCount: Int { record.withLock { $0.acknowledgedByMember.count } }

    func stop() { isStopped.withLock { $0 = true } }

    /// Runs until `stop`: `putters` and `appenders`, spread over the nodes, and a reader each.
    func run(putters: Int, appenders: Int) async throws -> Record {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<putters {
                group.addTask { try await self.put(number) }
            }
            for number in 0..<appenders {
                group.addTask { try await self.append(putters + number, list: number / 2) }
                group.addTask { try await self.read(number, list: number / 2) }
            }
            try await group.waitForAll()
        }
        return record.withLock { $0 }
    }

    private var isRunning: Bool { !isStopped.withLock { $0 } }

    private func put(_ number: Int) async throws {
        let client = try cluster.client(first: number % cluster.nodes.count)
        defer { client.close() }
        var count = 0
        while isRunning {
            count += 1
            let (key, value) = ("chaos/put/\(number)/\(count)", "value \(number).\(count)")
            let action = Action.put(key: Array(key.utf8), value: Array(value.utf8))
            await note(number, action) { () throws(ClientError) in
                let info = try await client.put(key, value).info
                return (info, .put)
            }
        }
    }

    private func append(_ number: Int, list: Int) async throws {
        let client = try cluster.client(first: number % cluster.nodes.count)
        defer { client.close() }
        var count = 0
        while isRunning {
            let key = Self.key(list, count)
            count += 1
            let token = "<\(number).\(count)>"
            let action = Action.append(key: Array(key.utf8), token: Array(token.utf8))
            await note(number, action) { () throws(ClientError) in
                let result = try await client.append(key, token)
                return (result.info, .appended(result.current.map(Pair.init)))
            }
            currentCount.withLock { $0[list] = max($0[list, default: 0], count) }
        }
    }

    /// How far each list has come, for the readers.
    private let currentCount = Mutex<[Int: Int]>([:])

    private func read(_ number: Int, list: Int) async throws {
        // Another node than the one that the appender prefers.
        let client = try cluster.client(first: (number + 1) % cluster.nodes.count)
        defer { client.close() }
        while isRunning {
            let key = Self.key(list, currentCount.withLock { $0[list, default: 0] })
            await note(number, .get(key: Array(key.utf8), .linearizable)) {
                () throws(ClientError) in
                let result = try await client.get(.key(Array(key.utf8)))
                return (result.info, .read(result.pairs.first.map(Pair.init)))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func note(
        _ client: Int, _ action: Action,
        _ work: () async throws(ClientError) -> (ResponseInfo, Answer.Outcome)
    ) async {
        var operation = RecordedOperation(
            client: client, node: client % cluster.nodes.count, action: action,
            begunNanoseconds: Clock.nanoseconds())
        var member: UInt64?
        do throws(ClientError) {
            let (info, outcome) = try await work()
            let answer = Answer(revision: info.revision, outcome)
            operation.end(.done(answer), atNanoseconds: Clock.nanoseconds())
            member = action.isRead ? nil : info.memberID
        } catch {
            operation.end(
                error.isDefinite ? .refused : .unknown, atNanoseconds: Clock.nanoseconds())
        }
        record.withLock { record in
            record.operations.append(operation)
            if let member { record.acknowledgedByMember[member, default: 0] += 1 }
        }
        try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
    }

    private static func key(_ list: Int, _ count: Int) -> String {
        "chaos/list/\(list)/\(count / wordsPerKey)"
    }
}
