import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// A node with the wrong data, or with none, does no harm and says what is wrong.
    @Suite(.serialized) struct IdentityTests {
        @Test(.timeLimit(.minutes(1)))
        func twoWipedNodesEndInQuorumLost() async throws {
            try await TestCluster.with(3) { cluster in
                let client = try cluster.client(timeoutMilliseconds: 3_000)
                defer { client.close() }
                try await client.put("kept", "x")
                for node in cluster.nodes { try await node.stop(SIGKILL) }
                for node in cluster.nodes[1...] {
                    try FileManager.default.removeItem(atPath: node.dataDirectory)
                }
                try cluster.startAll()
                try await wait("a node says that the quorum is lost") {
                    cluster.nodes.contains { $0.logText.contains("quorum lost") }
                }
                // Never an empty cluster: nobody takes a write or shows a state.
                for node in cluster.nodes {
                    let client = try cluster.client(of: node, timeoutMilliseconds: 1_500)
                    defer { client.close() }
                    await #expect(throws: ClientError.self) { try await client.put("new", "y") }
                    await #expect(throws: ClientError.self) { try await client.get("kept") }
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func theFirstStartNeedsAllMembers() async throws {
            let directory = try Places.temporaryDirectory()
            let nodes = (0..<3).map { TestNode(name: "n\($0)", directory: directory) }
            let cluster = TestCluster(nodes: nodes, directory: directory)
            do {
                for node in nodes[..<2] { try cluster.start(node) }
                let client = try cluster.client(of: nodes[0], timeoutMilliseconds: 1_500)
                defer { client.close() }
                let error = await #expect(throws: ClientError.self) {
                    try await client.put("early", "x")
                }
                try cluster.start(nodes[2])
                try await cluster.waitUntilAllAnswer()
                // What was given up without an answer may have been done since.
                if error?.isDefinite == true { #expect(try await client.get("early") == nil) }
                try await client.put("late", "x")
            } catch {
                await cluster.end()
                throw error
            }
            await cluster.end()
        }

        @Test(.timeLimit(.minutes(1)))
        func aDirectoryOfAnotherMemberIsRefused() async throws {
            try await refused("belongs to member") { node, _ in
                node.arguments([node], token: "t").map {
                    $0.replacingOccurrences(of: "\(node.name)=", with: "other=")
                }.map { $0 == node.name ? "other" : $0 }
                    .map { $0.replacingOccurrences(of: node.peerURL, with: Self.otherURL) }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func aDirectoryOfAnotherClusterIsRefused() async throws {
            // The token enters the member's id, so a foreign token makes it another member too.
            try await refused("belongs to") { node, _ in node.arguments([node], token: "another") }
        }

        @Test(.timeLimit(.minutes(1)))
        func aDirectoryOfANewerFormatIsRefused() async throws {
            try await refused("newer") { node, token in
                let path = "\(node.dataDirectory)/identity"
                var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                // Behind the magic stands the version; the sum over the rest is made anew.
                bytes[8] = 99
                let sum = Castagnoli.checksum(Array(bytes[..<10]) + bytes[14...])
                for index in 0..<4 {
                    bytes[10 + index] = UInt8(truncatingIfNeeded: sum >> (8 * index))
                }
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                return node.arguments([node], token: token)
            }
        }

        /// What was acknowledged and can no longer be read is never taken for nothing.
        @Test(.timeLimit(.minutes(1)))
        func aDamagedLogIsRefused() async throws {
            try await refused("is damaged at byte") { node, token in
                let folder = "\(node.dataDirectory)/log"
                let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                let path = "\(folder)/\(try #require(names.first { $0.hasSuffix(".log") }))"
                var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                // In the middle of what is written, with good batches behind it.
                let end = try #require(bytes.lastIndex { $0 != 0 })
                for index in end / 2..<end / 2 + 16 { bytes[index] ^= 0x5a }
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                return node.arguments([node], token: token)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func aDirectoryInUseIsRefused() async throws {
            try await TestCluster.with(1) { cluster in
                let node = cluster.nodes[0]
                let second = TestNode(name: "second", directory: cluster.directory)
                let words = second.arguments([second], token: cluster.token).map {
                    $0 == second.dataDirectory ? node.dataDirectory : $0
                }
                try second.start(words)
                try await second.waitForEnd()
                expectFailure(second, "in use by another process")
                #expect(node.isRunning)
            }
        }

        private static let otherURL = "http://127.0.0.1:\(Places.freePorts(1)[0])"

        /// Makes a node with data, stops it, and starts it as `change` says: it must refuse.
        private func refused(
            _ sentence: String, _ change: (TestNode, String) throws -> [String]
        ) async throws {
            try await TestCluster.with(1) { cluster in
                let node = cluster.nodes[0]
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<50 { try await client.put("a\(number)", "b") }
                try await node.stop(SIGTERM)
                try node.start(try change(node, cluster.token))
                try await node.waitForEnd()
                expectFailure(node, sentence)
            }
        }

        private func expectFailure(_ node: TestNode, _ sentence: String) {
            #expect(node.logText.contains(sentence), "\(node.logText)")
            guard case .exited(let status)? = node.end, status != 0 else {
                Issue.record("it should exit with an error, but \(node.end.debugDescription)")
                return
            }
        }

        private func wipe(_ node: TestNode, _ cluster: TestCluster) async throws {
            try await node.stop(SIGKILL)
            try FileManager.default.removeItem(atPath: node.dataDirectory)
            try cluster.start(node)
        }
    }
}
