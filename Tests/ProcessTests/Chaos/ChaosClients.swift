import Dispatch
import SynodClient
import Synchronization

/// The clients of a chaos run: they write and read without a pause and note what they were told.
final class ChaosClients: Sendable {
    private let history = Mutex(ChaosHistory())
    private let isStopped = Mutex(false)
    private let cluster: TestCluster
    /// Words per appended key, so that values stay small while their history is kept.
    private static let wordsPerKey = 100
    /// Calls of one client, so that even a fast cluster leaves a history that can be checked.
    private static let pauseMilliseconds = 2

    init(cluster: TestCluster) { self.cluster = cluster }

    /// How much has been acknowledged so far.
    var acknowledged: Int { history.withLock { $0.acknowledged } }

    /// How many nodes have acknowledged a write.
    var answeringMemberCount: Int { history.withLock { $0.acknowledgedByMember.count } }

    func stop() { isStopped.withLock { $0 = true } }

    /// Runs until `stop`: `putters` and `appenders`, spread over the nodes, and a reader each.
    func run(putters: Int, appenders: Int) async throws -> ChaosHistory {
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
        return history.withLock { $0 }
    }

    private var isRunning: Bool { !isStopped.withLock { $0 } }

    private func put(_ number: Int) async throws {
        let client = try cluster.client(first: number % cluster.nodes.count)
        defer { client.close() }
        var count = 0
        while isRunning {
            count += 1
            let (key, value) = ("chaos/put/\(number)/\(count)", "value \(number).\(count)")
            await note(number, .put(key: key, value: value)) { () throws(ClientError) in
                try await client.put(key, value).info
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
            let word = "\(number).\(count)"
            await note(number, .append(key: key, word: word)) { () throws(ClientError) in
                try await client.append(key, word + ";").info
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
            let startedAt = DispatchTime.now().uptimeNanoseconds
            // A read that failed says nothing.
            if let result = try? await client.get(.key(Array(key.utf8))) {
                let words = ChaosChecker.words(result.pairs.first?.valueText ?? "")
                let endedAt = DispatchTime.now().uptimeNanoseconds
                let read = ChaosRead(key: key, words: words, startedAt: startedAt, endedAt: endedAt)
                history.withLock { $0.reads.append(read) }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func note(
        _ client: Int, _ kind: ChaosWrite.Kind,
        _ work: () async throws(ClientError) -> ResponseInfo
    ) async {
        let startedAt = DispatchTime.now().uptimeNanoseconds
        let outcome: ChaosWrite.Outcome
        do throws(ClientError) {
            let info = try await work()
            outcome = .acknowledged(revision: info.revision, member: info.memberID)
        } catch {
            outcome = error.isDefinite ? .refused : .unknown
        }
        let write = ChaosWrite(
            client: client, kind: kind, startedAt: startedAt,
            endedAt: DispatchTime.now().uptimeNanoseconds, outcome: outcome)
        history.withLock { $0.writes.append(write) }
        try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
    }

    private static func key(_ list: Int, _ count: Int) -> String {
        "chaos/list/\(list)/\(count / wordsPerKey)"
    }
}
