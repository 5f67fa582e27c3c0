import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Clients without manners get an error or a closed connection, and others do not notice them.
    @Suite(.serialized) struct BadInputTests {
        private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

        @Test(.timeLimit(.minutes(2)))
        func othersAreUnharmed() async throws {
            try await TestCluster.with(3) { cluster in
                let witness = try Witness(cluster)
                async let watch = witness.run()
                defer { witness.stop() }
                let node = cluster.nodes[0]
                try garbage(node)
                try halfFrames(node)
                try peerGarbage(node)
                try await unknownPaths(node)
                try await oversized(cluster)
                try await idleConnections(cluster)
                try await slowReaders(cluster)
                witness.stop()
                let (calls, failures) = await watch
                #expect(calls > 50)
                #expect(failures.isEmpty, "\(failures.prefix(3))")
                for node in cluster.nodes { #expect(node.isRunning) }
                // Memory is bounded whatever was sent.
                #expect(try residentMegabytes(node) < 500)
            }
        }

        private func garbage(_ node: TestNode) throws {
            var random = SystemRandomNumberGenerator()
            for length in [1, 3, 9, 24, 100, 5_000, 300_000] {
                let connection = try RawConnection(port: node.clientPort)
                connection.send((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
                _ = connection.receive(milliseconds: 50)
            }
            // Good HTTP/2 that goes bad behind its preface.
            for length in [9, 50, 20_000] {
                let connection = try RawConnection(port: node.clientPort)
                connection.send(Self.preface)
                connection.send((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
                _ = connection.receive(milliseconds: 50)
            }
            let request = try RawConnection(port: node.clientPort)
            request.send("GARBAGE / HTTP/1.1\r\nHost: \u{1}\r\n\r\n")
            #expect(request.receiveText(milliseconds: 1_000).contains("400"))
        }

        private func halfFrames(_ node: TestNode) throws {
            let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
            // A HEADERS frame of 100 bytes, of which three come.
            let half: [UInt8] = [0, 0, 100, 1, 4, 0, 0, 0, 1, 0x83, 0x86, 0x44]
            for cut in [1, 10, Self.preface.count, Self.preface.count + 5] {
                let connection = try RawConnection(port: node.clientPort)
                connection.send(Array((Self.preface + settings).prefix(cut)))
            }
            let connection = try RawConnection(port: node.clientPort)
            connection.send(Self.preface + settings + half)
            let body = try RawConnection(port: node.clientPort)
            body.send("POST /kv/set?key=a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
        }

        private func peerGarbage(_ node: TestNode) throws {
            for bytes in [[1, 2, 3], Self.preface, Array("GET / HTTP/1.1\r\n\r\n".utf8)] {
                let connection = try RawConnection(port: node.peerPort)
                connection.send(bytes)
                _ = connection.receive(milliseconds: 100)
            }
        }

        private func unknownPaths(_ node: TestNode) async throws {
            let client = try Client(endpoints: [node.endpoint])
            defer { client.close() }
            for path in ["/no.Service/Method", "/etcdserverpb.KV/No", "/"] {
                let error = await #expect(throws: ClientError.self) {
                    try await client.call(path: path, request: [1, 2, 3])
                }
                #expect(error?.code == .unimplemented, "\(path): \(error.debugDescription)")
            }
            // HTTP/2 itself forbids this one.
            await #expect(throws: ClientError.self) {
                try await client.call(path: "nonsense", request: [])
            }
            // A known path with bytes that are no message.
            let error = await #expect(throws: ClientError.self) {
                try await client.call(path: "/etcdserverpb.KV/Put", request: [0xff, 0xff, 0xff])
            }
            #expect(error?.isDefinite == true || error?.code == .internal)
            let plain = try await Tool.curl(
                "-o", "/dev/null", "-w", "%{http_code}", "--http2-prior-knowledge", "-X", "POST",
                "-H", "content-type: text/plain", "\(node.url)/etcdserverpb.KV/Put")
            #expect(["404", "405", "415"].contains(plain.output))
        }

        private func oversized(_ cluster: TestCluster) async throws {
            let client = try cluster.client()
            defer { client.close() }
            // As long as a request may be, all told.
            try await client.put(Array("big".utf8), [UInt8](repeating: 7, count: 1_500_000))
            let error = await #expect(throws: ClientError.self) {
                try await client.put(
                    Array("big".utf8), [UInt8](repeating: 8, count: 1_572_864))
            }
            #expect(error?.message == "etcdserver: request is too large")
            #expect(error?.code == .invalidArgument)
            // Beyond what is even read.
            let huge = await #expect(throws: ClientError.self) {
                try await client.put(
                    Array("big".utf8), [UInt8](repeating: 9, count: 8 << 20))
            }
            #expect(huge?.code == .resourceExhausted, "\(huge.debugDescription)")
            #expect(try await client.get(Array("big".utf8))?.value.first == 7)
            try await client.delete("big")
        }

        private func idleConnections(_ cluster: TestCluster) async throws {
            let before = try residentMegabytes(cluster.nodes[0])
            var idle: [RawConnection] = []
            for number in 0..<1_000 {
                let connection = try RawConnection(port: cluster.nodes[0].clientPort)
                if number % 2 == 0 { connection.send(Self.preface + [0, 0, 0, 4, 0, 0, 0, 0, 0]) }
                idle.append(connection)
            }
            let client = try cluster.client(of: cluster.nodes[0])
            defer { client.close() }
            for number in 0..<20 { try await client.put("idle/\(number)", "x") }
            #expect(try residentMegabytes(cluster.nodes[0]) < before + 200)
            withExtendedLifetime(idle) {}
        }

        /// Clients that ask for much and read nothing of it.
        private func slowReaders(_ cluster: TestCluster) async throws {
            let client = try cluster.client()
            defer { client.close() }
            for number in 0..<20 {
                try await client.put(
                    Array("slow/\(number)".utf8), [UInt8](repeating: 65, count: 500_000))
            }
            let before = try residentMegabytes(cluster.nodes[0])
            var slow: [RawConnection] = []
            for number in 0..<40 {
                let connection = try RawConnection(port: cluster.nodes[0].clientPort)
                for _ in 0..<20 {
                    connection.send(
                        "GET /kv/get?key=slow/\(number % 20) HTTP/1.1\r\nHost: x\r\n\r\n")
                }
                slow.append(connection)
            }
            let reader = try cluster.client(of: cluster.nodes[0])
            defer { reader.close() }
            for number in 0..<20 { try await reader.put("beside/\(number)", "x") }
            // 40 × 20 × 0.5 MB would be 400 MB: each is held one answer, not twenty.
            let after = try residentMegabytes(cluster.nodes[0])
            #expect(after < before + 150, "\(before) MB before, \(after) MB after")
            withExtendedLifetime(slow) {}
            try await client.delete(.prefix(Array("slow/".utf8)))
        }

        private func residentMegabytes(_ node: TestNode) throws -> Int {
            let processID = try #require(node.processID)
            let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return try #require(Int(line.filter(\.isNumber))) / 1_024
        }
    }
}
