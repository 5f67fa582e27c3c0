import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// A node that was away for longer than the others' logs reach back takes the state of one of them (P34).
    @Suite(.serialized) struct SnapshotTests {
        private static let writers = 8
        private static let valuesOfEach = 400
        private static let valueBytes = 64 << 10

        /// It is killed while the state arrives, and goes on with what it has.
        @Test(.timeLimit(.minutes(4)))
        func aNodeThatWasAwayTooLongTakesASnapshot() async throws {
            try await TestCluster.with(3, options: ["--memory-limit", "\(32 << 20)"]) { cluster in
                let away = cluster.nodes[1]
                try await away.stop(SIGKILL)
                let places = try await Self.fill(cluster)
                try cluster.start(away)
                try await wait("a part of a snapshot at \(away.name)") {
                    Self.arrived(at: away) > 1 << 20
                }
                try await away.stop(SIGKILL)
                try #require(!away.logText.contains("a snapshot was installed"))
                try cluster.start(away)
                try await wait("the state of another node", seconds: 60) {
                    away.logText.contains("a snapshot was installed")
                }
                try await cluster.waitUntilAnswers(away)
                // Its vote is needed now, and what it took is durable.
                try await away.stop(SIGKILL)
                try cluster.start(away)
                try await cluster.waitUntilAnswers(away)
                try await cluster.nodes[0].stop(SIGKILL)
                let reader = try cluster.client(of: away)
                defer { reader.close() }
                for (key, place) in places {
                    #expect(try await reader.get(key)?.value == Self.value(at: place), "\(key)")
                }
            }
        }

        /// Puts more than logs keep for who is behind. Gives back where in `text` each value begins.
        private static func fill(_ cluster: TestCluster) async throws -> [String: Int] {
            try await withThrowingTaskGroup(of: [String: Int].self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        let client = try cluster.client()
                        defer { client.close() }
                        var places: [String: Int] = [:]
                        for number in 0..<valuesOfEach {
                            let (key, place) = (
                                "away/\(writer)/\(number)", Int.random(in: 0...text.count / 2)
                            )
                            try await client.put(Array(key.utf8), value(at: place))
                            places[key] = place
                        }
                        return places
                    }
                }
                return try await group.reduce(into: [:]) { all, some in
                    all.merge(some) { first, _ in first }
                }
            }
        }

        private static func value(at place: Int) -> [UInt8] {
            Array(text[place..<place + valueBytes])
        }

        /// Nothing compresses it.
        private static let text = (0..<4 * valueBytes).map { _ in UInt8.random(in: 0 ... .max) }

        /// Bytes of a snapshot that arrives.
        private static func arrived(at node: TestNode) -> Int {
            let folder = URL(fileURLWithPath: node.dataDirectory + "/base/installation")
            let files = FileManager.default.enumerator(
                at: folder, includingPropertiesForKeys: [.fileSizeKey])
            return (files?.allObjects as? [URL] ?? []).reduce(0) { sum, file in
                sum + ((try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0)
            }
        }
    }
}
