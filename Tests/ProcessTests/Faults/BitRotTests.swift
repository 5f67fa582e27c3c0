import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Bits of a node's log or base are flipped, wherever it may be: the node never votes with that log and never
    /// serves from what is damaged, nothing is lost, and the node comes back by itself.
    @Suite(.serialized) struct BitRotTests {
        @Test(.timeLimit(.minutes(30)))
        func aFlippedBitIsNeverVotedWith() async throws {
            let options = ["--segment-bytes", "\(1 << 20)"]
            try await TestCluster.with(3, options: options) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<300 { try await client.put("rot/\(number)", "\(number)") }
                for round in 0..<Rounds.count("SYNOD_BIT_FLIPS", standard: 2) {
                    try await rot(cluster, round)
                    try await client.put("after/\(round)", "x")
                    for node in cluster.nodes {
                        let pairs = try await cluster.readAll(node, prefix: "rot/")
                        #expect(pairs.count == 300)
                        #expect(pairs.allSatisfy { "rot/" + $0.valueText == $0.keyText })
                        let after = try await cluster.readAll(node, prefix: "after/")
                        #expect(after.count == round + 1)
                    }
                }
            }
        }

        /// Bits of the base are flipped, of a stopped node and under a living one: what is read of them is never served, and
        /// the node makes its base anew without being started by anybody.
        @Test(.timeLimit(.minutes(3)))
        func aRottenBaseIsNeverServed() async throws {
            let options = ["--memory-limit", "\(32 << 20)"]
            try await TestCluster.with(3, options: options) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                let filler = try await Self.fill(client)
                let node = cluster.nodes[1]
                try await wait("a flush") { node.logText.contains("flushed to the base") }
                for isLiving in [false, true] {
                    if !isLiving { try await node.stop(SIGTERM) }
                    let told = node.logText.count
                    try Self.rotBase(of: node)
                    if !isLiving { try cluster.start(node) }
                    try await wait("all keys of \(node.name)") {
                        guard let pairs = try? await cluster.readAll(node, prefix: "rot/") else {
                            return false
                        }
                        #expect(pairs.count == 400)
                        #expect(pairs.allSatisfy { $0.valueText == filler })
                        return node.logText.dropFirst(told).contains("is put aside")
                    }
                    try await cluster.waitUntilAnswers(node)
                    #expect(node.logText.dropFirst(told).contains("the base is damaged"))
                }
                // Its vote is needed.
                try await cluster.nodes[0].stop(SIGKILL)
                try await client.put("after", "x")
            }
        }

        /// One bit is flipped under a living node, of a key that nobody reads: a pass over the base meets it, and the
        /// node makes its base anew.
        @Test(.timeLimit(.minutes(3)))
        func whatNobodyReadsIsFoundByAPass() async throws {
            let options = ["--memory-limit", "\(32 << 20)", "--scrub-interval", "2s"]
            try await TestCluster.with(3, options: options) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                let filler = try await Self.fill(client)
                let node = cluster.nodes[1]
                try await wait("a flush") { node.logText.contains("flushed to the base") }
                try await wait("a pass") {
                    node.logText.contains("the base was read, and is intact")
                }
                let told = node.logText.count
                try Self.flipBitOfBase(of: node)
                try await wait("the damage") {
                    node.logText.dropFirst(told).contains("is put aside")
                }
                // Others would have met it in the store itself.
                #expect(node.logText.dropFirst(told).contains("/base/scrub/rows/"))
                try await cluster.waitUntilAnswers(node)
                let pairs = try await cluster.readAll(node, prefix: "rot/")
                #expect(pairs.count == 400)
                #expect(pairs.allSatisfy { $0.valueText == filler })
                for other in [cluster.nodes[0], cluster.nodes[2]] {
                    #expect(!other.logText.contains("the base is damaged"))
                }
            }
        }

        /// Puts more than memory holds. Nothing compresses it.
        private static func fill(_ client: Client) async throws -> String {
            let filler = String(
                decoding: (0..<64 << 10).map { _ in UInt8.random(in: 32..<127) }, as: UTF8.self)
            for number in 0..<400 { try await client.put("rot/\(number)", filler) }
            return filler
        }

        /// Flips one bit in the middle of the largest file of rows.
        private static func flipBitOfBase(of node: TestNode) throws {
            let rows = rowFiles(of: node).filter { !$0.path.contains("/base/scrub/") }
            let sizes = try rows.map {
                try $0.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            }
            let largest = try #require(zip(sizes, rows).max { $0.0 < $1.0 })
            let handle = try FileHandle(forUpdating: largest.1)
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(largest.0 / 2))
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: UInt64(largest.0 / 2))
            try handle.write(contentsOf: [byte ^ 4])
        }

        private static func rowFiles(of node: TestNode) -> [URL] {
            let base = URL(fileURLWithPath: node.dataDirectory + "/base")
            let files = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
            return (files?.allObjects as? [URL] ?? []).filter {
                $0.pathExtension == "sst" && !$0.path.contains("/damaged-")
            }
        }

        /// Flips a bit in each page of all files of rows, but for their ends.
        private static func rotBase(of node: TestNode) throws {
            let rows = rowFiles(of: node)
            try #require(!rows.isEmpty)
            for file in rows {
                let handle = try FileHandle(forUpdating: file)
                defer { try? handle.close() }
                for offset in stride(from: 1_000, to: try handle.seekToEnd() * 8 / 10, by: 4_096) {
                    try handle.seek(toOffset: offset)
                    guard let byte = try handle.read(upToCount: 1)?.first else { continue }
                    try handle.seek(toOffset: offset)
                    try handle.write(contentsOf: [byte ^ 4])
                }
            }
        }

        private func rot(_ cluster: TestCluster, _ round: Int) async throws {
            let (rotten, other) = (cluster.nodes[round % 3], cluster.nodes[(round + 1) % 3])
            let intact = cluster.nodes[(round + 2) % 3]
            try await rotten.stop(round % 2 == 0 ? SIGTERM : SIGKILL)
            let place = try Self.flipBit(rotten)
            let (told, votes) = (rotten.logText.count, Self.votesGiven(to: rotten, cluster))
            // One intact node and the rotten one are a majority only if the rotten one votes.
            try await other.stop(SIGKILL)
            try cluster.start(rotten)
            let patient = try cluster.client(of: intact, timeoutMilliseconds: 1_500)
            defer { patient.close() }
            await #expect(throws: ClientError.self, "\(place)") {
                try await patient.put("never/\(round)", "x")
            }
            #expect(Self.votesGiven(to: rotten, cluster) == votes, "\(place)")
            try cluster.start(other)
            // It comes back by itself, and the next round needs its vote.
            try await wait("the vote of \(rotten.name), \(place)") {
                Self.votesGiven(to: rotten, cluster) > votes
            }
            try await cluster.waitUntilAllAnswer()
            #expect(rotten.logText.dropFirst(told).contains("damaged"), "\(place)")
            print("bit rot: \(place): found at start, and votes again")
        }

        /// How often a leader said that it has.
        private static func votesGiven(to node: TestNode, _ cluster: TestCluster) -> Int {
            cluster.nodes.map(\.logText).reduce(0) {
                $0 + $1.components(separatedBy: "votes from now on member=\(node.name) ").count - 1
            }
        }

        /// Flips one bit of what was written to the log. Gives back which.
        private static func flipBit(_ node: TestNode) throws -> String {
            let directory = node.dataDirectory + "/log"
            let files = try FileManager.default.contentsOfDirectory(atPath: directory)
                .filter { $0.hasSuffix(".log") }.sorted()
            let written = try files.compactMap { name -> (name: String, end: Int)? in
                let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
                return bytes.lastIndex { $0 != 0 }.map { (name, $0 + 1) }
            }
            let file = try #require(written.randomElement())
            let offset = Int.random(in: 0..<file.end)
            let descriptor = open("\(directory)/\(file.name)", O_RDWR)
            defer { close(descriptor) }
            var byte: UInt8 = 0
            try #require(pread(descriptor, &byte, 1, off_t(offset)) == 1)
            byte ^= 1 << UInt8.random(in: 0..<8)
            try #require(pwrite(descriptor, &byte, 1, off_t(offset)) == 1)
            return "\(node.name) \(file.name) byte \(offset) of \(file.end)"
        }
    }
}
