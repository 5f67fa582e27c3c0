import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Disks that fail under the base: nothing wrong and nothing empty is answered, the cluster goes on, and the node is
    /// back without loss once its disk is well. A call that fails is no damage: nothing is put aside.
    @Suite(.serialized) struct BaseFaultTests {
        private static let endMilliseconds: UInt64 = 1_000
        private static let brokenDisk = "exited with status 74"
        private static let keyCount = 200

        @Test(.timeLimit(.minutes(30)))
        func aNodeThatCannotFlushToItsBaseEndsAndComesBack() async throws {
            let count = Rounds.count("SYNOD_BASE_FAULTS", standard: 4)
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                let clients = ChaosClients(cluster: cluster)
                async let work = clients.run(putters: 12, appenders: 6)
                defer { clients.stop() }
                for node in cluster.nodes { try await flush(node) }
                for order in BaseFault.plan(BaseFault.ofFlush, count: count) {
                    let node = try #require(cluster.nodes.randomElement())
                    let disk = disks[try cluster.index(of: node)]
                    disk.forgetReport()
                    try disk.order(order)
                    async let saved = save(node)
                    try await disk.waitForFault()
                    let milliseconds = try await expectEnd(of: node, order)
                    #expect(try await saved.status != 0)
                    #expect(disk.report.count == 1, "\(order): tried again: \(disk.report)")
                    try await clients.waitForWrites(200, "writes without the node", seconds: 10)
                    try await comeBack(node, disk, cluster)
                    print("base fault: \(order), \(node.name): ended after \(milliseconds) ms")
                }
                clients.stop()
                try await ChaosVerdict.expectGood(try await work, cluster)
                try await expectAlike(cluster)
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func aNodeThatCannotReadItsBaseAnswersNothing() async throws {
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                try await Pulse.during(cluster) { _ in
                    let oldRevision = try await fill(cluster)
                    for _ in 0..<Rounds.count("SYNOD_BASE_READ_FAULTS", standard: 1) {
                        for question in Question.allCases.shuffled() {
                            let node = try #require(cluster.nodes.randomElement())
                            let disk = disks[try cluster.index(of: node)]
                            try await forget(node, cluster)
                            let order = "read EIO from=\(Int.random(in: 1...3)) .sst"
                            try disk.order(order)
                            let place = "\(order), \(question) of \(node.name)"
                            await ask(question, node, oldRevision, cluster, place)
                            _ = try await expectEnd(of: node, place)
                            try await comeBack(node, disk, cluster)
                            try await expectAll(node, cluster)
                            print("base fault: \(place): ended, and came back")
                        }
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func aBaseThatCannotBeOpenedIsNotTakenForAnEmptyOne() async throws {
            let count = Rounds.count("SYNOD_BASE_START_FAULTS", standard: 4)
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                _ = try await fill(cluster)
                let client = try cluster.client()
                defer { client.close() }
                for (round, order) in BaseFault.plan(BaseFault.ofStart, count: count).enumerated() {
                    let node = cluster.nodes[round % 3]
                    let disk = disks[round % 3]
                    try await flush(node)
                    try await node.stop(round % 2 == 0 ? SIGTERM : SIGKILL)
                    disk.forgetReport()
                    try disk.order(order)
                    try cluster.start(node)
                    try await disk.waitForFault()
                    let milliseconds = try await expectEnd(of: node, order)
                    try await client.put("without/\(round)", "x")
                    try await comeBack(node, disk, cluster)
                    try await expectAll(node, cluster)
                    print("base fault: \(order), start: ended after \(milliseconds) ms")
                }
            }
        }

        // MARK: Questions that only the base can answer

        private enum Question: CaseIterable { case keys, range, history, putElsewhere }

        /// Asks until no answer comes. Each one that does come must be right.
        private func ask(
            _ question: Question, _ node: TestNode, _ oldRevision: Int64, _ cluster: TestCluster,
            _ place: String
        ) async {
            do {
                let client = try cluster.client(of: node, timeoutMilliseconds: 2_000)
                defer { client.close() }
                switch question {
                case .keys:
                    for number in 0..<Self.keyCount {
                        let value = try await client.get(Self.key(number))?.valueText
                        #expect(value == Self.value(number, "new"), "\(place)")
                    }
                case .range: try await list(client, "new", at: 0, place)
                case .history: try await list(client, "old", at: oldRevision, place)
                case .putElsewhere:
                    let other = try #require(cluster.nodes.first { $0 !== node })
                    let client = try cluster.client(of: other)
                    defer { client.close() }
                    // It executes them, and needs for that what was there before.
                    for number in 0..<Self.keyCount / 4 {
                        try await client.put(Self.key(number), Self.value(number, "new"))
                    }
                }
            } catch {
                #expect(error is ClientError && question != .putElsewhere, "\(place): \(error)")
            }
        }

        private func list(
            _ client: Client, _ age: String, at revision: Int64, _ place: String
        ) async throws {
            var options = GetOptions()
            options.revision = revision
            let pairs = try await client.get(.prefix(Array("cold/".utf8)), options).pairs
            #expect(pairs.count == Self.keyCount, "\(place)")
            for pair in pairs {
                let number = Int(pair.keyText.dropFirst("cold/".count)) ?? -1
                #expect(pair.valueText == Self.value(number, age), "\(place): \(pair.keyText)")
            }
        }

        // MARK: Steps

        /// Puts every key twice. Returns the revision between.
        private func fill(_ cluster: TestCluster) async throws -> Int64 {
            let client = try cluster.client()
            defer { client.close() }
            var revision: Int64 = 0
            for age in ["old", "new"] {
                for number in 0..<Self.keyCount {
                    let result = try await client.put(Self.key(number), Self.value(number, age))
                    if age == "old" { revision = result.info.revision }
                }
            }
            return revision
        }

        /// A backup flushes the base, and reads all of it.
        private func save(_ node: TestNode) async throws -> Tool.Result {
            try await Tool.synod(
                "snapshot", "save", "\(node.dataDirectory).backup", "--endpoints",
                "\(node.endpoint)")
        }

        private func flush(_ node: TestNode) async throws {
            let saved = try await save(node)
            #expect(saved.status == 0, "\(saved.output)")
        }

        /// What is only in the base after a start, memory does not know.
        private func forget(_ node: TestNode, _ cluster: TestCluster) async throws {
            try await flush(node)
            try await node.stop(SIGTERM)
            try cluster.start(node)
            try await cluster.waitUntilAnswers(node)
        }

        /// Returns how many milliseconds it took from now.
        private func expectEnd(of node: TestNode, _ place: String) async throws -> UInt64 {
            let start = Clock.milliseconds()
            try await node.waitForEnd()
            let milliseconds = Clock.milliseconds() - start
            #expect(milliseconds <= Self.endMilliseconds, "\(place)")
            #expect(node.end.map { "\($0)" } == Self.brokenDisk, "\(place)")
            let words = Files.tail(node.log, bytesMax: 500)
            #expect(words.contains("FATAL") && words.contains("the base can"), "\(place): \(words)")
            return milliseconds
        }

        private func comeBack(
            _ node: TestNode, _ disk: FaultyDisk, _ cluster: TestCluster
        ) async throws {
            try disk.heal()
            try cluster.start(node)
            try await cluster.waitUntilAnswers(node)
            try await flush(node)
            #expect(!node.logText.contains("is put aside"))
            let names = try FileManager.default.contentsOfDirectory(
                atPath: "\(node.dataDirectory)/base")
            #expect(!names.contains { $0.hasPrefix("damaged") }, "\(names)")
        }

        private func expectAll(_ node: TestNode, _ cluster: TestCluster) async throws {
            let client = try cluster.client(of: node)
            defer { client.close() }
            try await list(client, "new", at: 0, "\(node.name) in the end")
        }

        private func expectAlike(_ cluster: TestCluster) async throws {
            let first = try await cluster.readAll(cluster.nodes[0])
            for node in cluster.nodes[1...] {
                #expect(try await cluster.readAll(node) == first, "\(node.name)")
            }
        }

        private static func key(_ number: Int) -> String { "cold/\(number)" }

        private static func value(_ number: Int, _ age: String) -> String {
            String(repeating: "\(age) value of \(number), ", count: 30)
        }
    }
}
