import Histories
import SynodClient
import Testing

@testable import synod

/// What the clients of a chaos run were told, judged by what the nodes show in the end.
enum ChaosVerdict {
    /// Expects that nothing acknowledged is lost and that everything can have happened as it was told.
    static func expectGood(
        _ record: ChaosClients.Record, _ cluster: TestCluster
    ) async throws {
        try await cluster.waitUntilAllAnswer()
        let history = try await history(record, cluster)
        let report = HistoryCheck.run(history)
        let lines = CounterExample.lines(report, history).joined(separator: "\n")
        #expect(report.verdict == .ok, "\(lines)")
        let unknown = record.operations.count { $0.ending == .unknown }
        print(
            "chaos: \(record.acknowledged) acknowledged, \(unknown) unknown of",
            "\(record.operations.count) operations,",
            "by member \(record.acknowledgedByMember.values.sorted())")
    }

    /// What the clients did, and what each node shows in the end.
    static func history(
        _ record: ChaosClients.Record, _ cluster: TestCluster
    ) async throws -> History {
        let client = try cluster.client(timeoutMilliseconds: 10_000)
        defer { client.close() }
        let views = TortureViews(client: client, prefix: Array("chaos/".utf8))
        let (shown, failures) = try await views.take()
        #expect(failures.isEmpty)
        return History(operations: record.operations, views: shown)
    }
}
