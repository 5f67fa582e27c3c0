import SynodClient
import Synchronization
import Testing

@testable import synod

/// Puts at a steady pace through every node, each asked alone and whatever became of the puts before, so that
/// a time without acknowledgements is a time in which the cluster took no writes.
final class Pulse: Sendable {
    struct Beat: Sendable {
        let node: Int
        let key: String
        /// In milliseconds, as all times here.
        let begun: UInt64
        /// 0 as long as it was not acknowledged.
        var acknowledged: UInt64 = 0
    }

    private let clients: [Client]
    private let beats = Mutex<[Beat]>([])
    private let isStopped = Mutex(false)
    private let name = "pulse/\(UInt32.random(in: .min ... .max))"
    private static let pauseMilliseconds = 10
    private static let timeoutMilliseconds: UInt64 = 4_000

    private init(_ cluster: TestCluster) throws {
        clients = try cluster.nodes.map {
            try cluster.client(of: $0, timeoutMilliseconds: Self.timeoutMilliseconds)
        }
    }

    /// Beats while `body` runs, and then expects that every node has all that was acknowledged.
    static func during(
        _ cluster: TestCluster, _ body: (Pulse) async throws -> Void
    ) async throws {
        let pulse = try Pulse(cluster)
        async let run: Void = pulse.run()
        do {
            try await wait("the first acknowledgements") { pulse.acknowledgedCount > 50 }
            try await body(pulse)
        } catch {
            pulse.stop()
            await run
            throw error
        }
        pulse.stop()
        await run
        try await pulse.expectNothingLost(cluster)
    }

    var acknowledgedCount: Int { all.count { $0.acknowledged > 0 } }

    /// The longest time between `from` and `to` in which nothing was acknowledged.
    func gap(from: UInt64, to: UInt64) -> UInt64 {
        var (last, longest) = (from, UInt64(0))
        for end in all.map(\.acknowledged).filter({ $0 >= from && $0 <= to }).sorted() {
            longest = max(longest, end - last)
            last = end
        }
        return max(longest, to - last)
    }

    /// How long after `moment` the first put that was begun later was acknowledged at a node; nil if none was.
    func resumed(at node: Int, after moment: UInt64) -> UInt64? {
        all.filter { $0.node == node && $0.begun >= moment && $0.acknowledged > 0 }
            .map { $0.acknowledged - moment }.min()
    }

    /// How many puts that were begun in this time were acknowledged before its end.
    func acknowledgedCount(from: UInt64, to: UInt64) -> Int {
        all.count { $0.begun >= from && $0.acknowledged > 0 && $0.acknowledged <= to }
    }

    /// Of the puts that were begun in this time: a part of all latencies, the highest ones last. Those that
    /// were not acknowledged took for ever. Of one node's puts only, if `node` names one.
    func latency(_ part: Double, from: UInt64, to: UInt64, at node: Int? = nil) -> UInt64 {
        let latencies = all.filter { $0.begun >= from && $0.begun < to }
            .filter { node == nil || $0.node == node }
            .map { $0.acknowledged == 0 ? .max : $0.acknowledged - $0.begun }.sorted()
        guard !latencies.isEmpty else { return 0 }
        return latencies[min(latencies.count - 1, Int(Double(latencies.count) * part))]
    }

    private var all: [Beat] { beats.withLock { $0 } }

    private func stop() { isStopped.withLock { $0 = true } }

    private func run() async {
        await withDiscardingTaskGroup { group in
            var number = 0
            while !isStopped.withLock({ $0 }) {
                for node in clients.indices {
                    number += 1
                    let key = "\(name)/\(number)"
                    group.addTask { await self.beat(node, key) }
                }
                try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
            }
        }
        for client in clients { client.close() }
    }

    private func beat(_ node: Int, _ key: String) async {
        let beat = Beat(node: node, key: key, begun: Clock.milliseconds())
        let place = beats.withLock { beats in
            beats.append(beat)
            return beats.count - 1
        }
        guard (try? await clients[node].put(key, key)) != nil else { return }
        let now = Clock.milliseconds()
        beats.withLock { $0[place].acknowledged = now }
    }

    private func expectNothingLost(_ cluster: TestCluster) async throws {
        try await cluster.waitUntilAllAnswer()
        let acknowledged = all.filter { $0.acknowledged > 0 }
        var views: [[KeyValue]] = []
        for node in cluster.nodes where node.isRunning {
            let pairs = try await cluster.readAll(node, prefix: name)
            views.append(pairs)
            let shown = Set(pairs.map(\.keyText))
            let lost = acknowledged.filter { !shown.contains($0.key) }
            #expect(lost.isEmpty, "\(node.name) lacks \(lost.count), the first: \(lost.prefix(3))")
            #expect(pairs.allSatisfy { $0.keyText == $0.valueText })
        }
        #expect(views.allSatisfy { $0 == views.first })
    }
}
