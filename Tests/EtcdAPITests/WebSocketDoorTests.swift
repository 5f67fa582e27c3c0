import EventLoops
import EtcdMessages
import Protobuf
import Replication
import Testing
import Transport

@testable import EtcdAPI

/// The gateway by WebSocket: streams for browsers, and for whoever has no gRPC.
@Suite struct WebSocketDoorTests {
    /// A client's end, with frames that are whole.
    private struct Client {
        let harness: DoorHarness
        let open: OpenRequest

        init(
            _ harness: DoorHarness, _ path: String, headers: [String] = [], first: [UInt8] = [],
            version: String = "13"
        ) {
            self.harness = harness
            let fields =
                [
                    "host: test", "upgrade: websocket", "connection: keep-alive, Upgrade",
                    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
                    "sec-websocket-version: \(version)",
                ] + headers
            let head = "GET \(path) HTTP/1.1\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
            open = harness.send(Array(head.utf8) + first)
        }

        func send(_ opcode: UInt8, _ payload: [UInt8]) { open.send(Self.frame(opcode, payload)) }

        func send(_ text: String) { send(1, Array(text.utf8)) }

        static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
            var bytes = [0x80 | opcode]
            if payload.count <= 125 {
                bytes.append(0x80 | UInt8(payload.count))
            } else {
                bytes += [0x80 | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 0xff) }
            }
            let mask: [UInt8] = [1, 2, 3, 4]
            return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
        }

        /// Bytes of the answer's head, with the empty line; nil while that has not come.
        var headCount: Int? {
            let bytes = open.received
            return bytes.indices.first { bytes[..<$0].suffix(4).elementsEqual([13, 10, 13, 10]) }
        }

        /// What the server has sent after its head: kinds and payloads.
        var frames: [(opcode: UInt8, payload: [UInt8])] {
            guard open.text.hasPrefix("HTTP/1.1 101 "), let headCount else { return [] }
            var rest = open.received.dropFirst(headCount)
            var frames: [(UInt8, [UInt8])] = []
            while rest.count >= 2 {
                let bytes = Array(rest.prefix(10))
                let isLong = bytes[1] == 126
                guard bytes[1] < 127, !isLong || bytes.count >= 4 else { break }
                let count = isLong ? Int(bytes[2]) << 8 | Int(bytes[3]) : Int(bytes[1])
                guard rest.count >= count + (isLong ? 4 : 2) else { break }
                let payload = rest.dropFirst(isLong ? 4 : 2).prefix(count)
                frames.append((bytes[0], Array(payload)))
                rest = rest.dropFirst(count + (isLong ? 4 : 2))
            }
            return frames
        }

        var texts: [String] {
            frames.filter { $0.opcode == 0x81 }.map { String(decoding: $0.payload, as: UTF8.self) }
        }

        /// The code that the server ended with.
        var end: Int? {
            frames.last { $0.opcode == 0x88 }.map { Int($0.payload[0]) << 8 | Int($0.payload[1]) }
        }

        @discardableResult
        func await(_ count: Int) -> Bool { harness.run { texts.count >= count } }
    }

    private static func create(_ key: String, id: Int) -> String {
        let key = Base64.encode(Array(key.utf8))
        return #"{"create_request":{"key":"\#(key)","watch_id":"\#(id)"}}"#
    }

    @Test(arguments: ["/v3", "/v3beta", "/v3alpha"])
    func watchesByWebSocket(prefix: String) throws {
        let harness = try DoorHarness()
        // The first message may come with the handshake.
        let first = Client.frame(1, Array(Self.create("a", id: 1).utf8))
        let client = Client(harness, "\(prefix)/watch?method=POST", first: first)
        client.await(1)
        #expect(client.open.text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(client.open.text.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(!client.open.text.contains("sec-websocket-protocol"))
        try harness.put("a", "1")
        client.await(2)
        client.send(2, Array(Self.create("b", id: 2).utf8))
        client.await(3)
        client.send(#"{"cancel_request":{"watch_id":"1"}}"#)
        client.await(4)
        #expect(client.texts.allSatisfy { $0.hasPrefix(#"{"result":{"header":"#) })
        #expect(client.texts.allSatisfy { $0.hasSuffix("}") })
        #expect(client.texts.map { $0.contains(#""created":true"#) } == [true, false, true, false])
        #expect(client.texts[3].contains(#""canceled":true"#))
        client.send(9, [1, 2, 3])
        #expect(harness.run { client.frames.last?.opcode == 0x8a })
        #expect(client.frames.last?.payload == [1, 2, 3])
        #expect(harness.etcd.streams.count == 1)
        client.send(8, [0x0f, 0xa0])
        #expect(harness.run { client.open.isAnswered })
        #expect(client.end == 4000)
        #expect(harness.etcd.streams.count == 0)
    }

    @Test func aMethodThatDoesNotStreamTakesOneMessage() throws {
        let harness = try DoorHarness()
        let client = Client(harness, "/v3/kv/put")
        client.send(#"{"key":"Zm9v","value":"YmFy"}"#)
        #expect(harness.run { client.open.isAnswered })
        #expect(client.texts.count == 1 && client.texts[0].hasPrefix(#"{"header":"#))
        #expect(client.end == 1000)
        let failing = Client(harness, "/v3/kv/put")
        failing.send("{}")
        #expect(harness.run { failing.open.isAnswered })
        #expect(failing.texts.first?.contains("etcdserver: key is not provided") == true)
    }

    /// Whoever waits for a lock is in the row, and must not be answered before it leaves that.
    @Test func whatFollowsTheOneMessageDoesNotEndTheCall() throws {
        var transport = ServerConfiguration(host: "127.0.0.1", port: 0)
        transport.requestMilliseconds = 200
        transport.handshakeMilliseconds = 100
        let harness = try DoorHarness(transport: transport)
        let locked = try harness.http("POST", "/v3/lock/lock", text: #"{"name":"bA=="}"#)
        let key = try #require(locked.json["key"]?.asString)
        let waiting = Client(harness, "/v3/lock/lock")
        waiting.open.send(Client.frame(1, Array(#"{"name":"bA=="}"#.utf8)) + [0x81])
        let end = harness.loop.now + 500_000_000
        harness.run { harness.loop.now > end }
        #expect(waiting.texts.isEmpty && !waiting.open.isAnswered)
        _ = try harness.http("POST", "/v3/lock/unlock", text: #"{"key":"\#(key)"}"#)
        waiting.await(1)
        #expect(waiting.texts.first?.contains(#""key":"#) == true)
    }

    @Test func errorsAreTheLastMessage() throws {
        let harness = try DoorHarness()
        let client = Client(harness, "/v3/watch")
        client.send(Self.create("a", id: 1))
        client.await(1)
        client.send("nonsense")
        #expect(harness.run { client.open.isAnswered })
        #expect(client.texts.last?.hasPrefix(#"{"error":{"code":3,"#) == true)
        #expect(client.end == 1000)
        #expect(harness.etcd.streams.count == 0)
    }

    @Test func whatBreaksTheRulesIsToldWhy() throws {
        var options = EtcdDoorOptions()
        options.requestBytesMax = 1_000
        let harness = try DoorHarness(options: options)
        let large = [UInt8](repeating: 0x20, count: options.bodyBytesMax + 1)
        let cases: [([UInt8], Int)] = [
            ([0x81, 0x00], 1002), ([0xc1, 0x80, 0, 0, 0, 0], 1002), (Client.frame(1, [0xff]), 1007),
            (Array(Client.frame(1, large).prefix(14)), 1009),
        ]
        for (bytes, code) in cases {
            let client = Client(harness, "/v3/watch")
            client.send(Self.create("a", id: 1))
            client.await(1)
            client.open.send(bytes)
            #expect(harness.run { client.open.isAnswered })
            #expect(client.end == code)
            #expect(harness.etcd.streams.count == 0)
        }
    }

    @Test func handshakesAndPathsThatAreNone() throws {
        let harness = try DoorHarness()
        let old = Client(harness, "/v3/watch", headers: ["connection: close"], version: "8")
        #expect(harness.run { old.open.isAnswered })
        #expect(old.open.text.hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
        #expect(old.open.text.contains("sec-websocket-version: 13\r\n"))
        #expect(old.open.text.contains("connection: Upgrade\r\n"))
        let nowhere = Client(harness, "/v3/nowhere", headers: ["connection: close"])
        #expect(harness.run { nowhere.open.isAnswered })
        #expect(nowhere.open.text.hasPrefix("HTTP/1.1 404 "))
        // Other doors know nothing of it.
        let version = Client(harness, "/version", headers: ["connection: close"])
        #expect(harness.run { version.open.isAnswered })
        #expect(version.open.text.hasPrefix("HTTP/1.1 200 "))
        let gone = Client(harness, "/v3/watch")
        gone.send(Self.create("a", id: 1))
        gone.await(1)
        #expect(harness.etcd.streams.count == 1)
        gone.open.close()
        #expect(harness.run { harness.etcd.streams.count == 0 })
    }

    @Test func pagesOfOtherOriginsAreRefusedWhereOriginsAreNamed() throws {
        var options = EtcdDoorOptions()
        options.origins = ["https://good.example"]
        options.hosts = ["test"]
        let harness = try DoorHarness(options: options)
        let wanted = [
            ("https://bad.example", false), ("https://good.example", true), ("http://test", true),
            ("https://test", false), ("null", false),
        ]
        for (origin, isAdmitted) in wanted {
            let client = Client(harness, "/v3/watch", headers: ["origin: \(origin)"])
            let expected = isAdmitted ? "HTTP/1.1 101 " : "HTTP/1.1 403 "
            #expect(harness.run { client.open.text.hasPrefix(expected) }, "\(origin)")
        }
        let program = Client(harness, "/v3/watch")
        #expect(harness.run { program.open.text.hasPrefix("HTTP/1.1 101 ") })
        options.hosts = ["other"]
        let other = try DoorHarness(options: options)
        let refused = Client(other, "/v3/watch")
        #expect(other.run { refused.open.text.hasPrefix("HTTP/1.1 421 ") })
    }

    @Test func tokensComeAsTheNameOfASubprotocol() throws {
        let harness = try DoorHarness()
        let users = try UserHarness(harness)
        try users.enable()
        let token = try #require(users.tokens["root"])
        for (name, isAdmitted) in [(token, true), ("bad", false)] {
            let client = Client(
                harness, "/v3/watch", headers: ["sec-websocket-protocol: Bearer, \(name)"])
            client.send(Self.create("a", id: 1))
            client.await(1)
            #expect(client.open.text.contains("sec-websocket-protocol: Bearer\r\n"))
            #expect(client.texts.first?.contains(#""canceled":true"#) == !isAdmitted)
        }
    }

    @Test func renewalsWaitTheirTurn() throws {
        let harness = try DoorHarness()
        _ = try harness.http("POST", "/v3/lease/grant", text: #"{"TTL":"60","ID":"77"}"#)
        let count = Limits.renewalsPerStream + 2_000
        let client = Client(harness, "/v3/lease/keepalive")
        let frame = Client.frame(1, Array(#"{"ID":"77"}"#.utf8))
        client.open.send([[UInt8]](repeating: frame, count: count).flatMap(\.self))
        #expect(client.await(1))
        // All answers are of one length.
        let headCount = try #require(client.headCount)
        let payload = try #require(client.frames.first?.payload)
        let answerCount = payload.count + (payload.count > 125 ? 4 : 2)
        harness.run { client.open.received.count >= headCount + count * answerCount }
        #expect(client.texts.count == count)
        #expect(client.texts.allSatisfy { $0.contains(#""TTL":"60""#) })
        #expect(client.end == nil)
    }
}
