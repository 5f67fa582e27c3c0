import EtcdMessages
import Protobuf
import Replication
import Testing

@testable import EtcdAPI

/// Streaming requests of the gateway whose messages come one by one, with answers in between.
@Suite struct GatewayStreamTests {
    private static func create(_ key: String, id: Int) -> String {
        let key = Base64.encode(Array(key.utf8))
        return #"{"create_request":{"key":"\#(key)","watch_id":"\#(id)"}}"#
    }

    @Test func watchesComeAndGoOnOneBody() throws {
        let harness = try DoorHarness()
        let open = harness.requestWithOpenBody("/v3/watch")
        open.sendChunk(Self.create("a", id: 1))
        harness.run { open.lines.count == 1 }
        #expect(open.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        try harness.put("a", "1")
        harness.run { open.lines.count == 2 }
        open.sendChunk(Self.create("b", id: 2))
        harness.run { open.lines.count == 3 }
        open.sendChunk(#"{"progress_request":{}}"#)
        harness.run { open.lines.count == 4 }
        open.sendChunk(#"{"cancel_request":{"watch_id":"1"}}"#)
        harness.run { open.lines.count == 5 }
        try harness.put("a", "2")
        // curl's users rely on it: what has begun goes on when the request has ended.
        open.sendChunk("")
        try harness.put("b", "3")
        harness.run { open.lines.count == 6 }
        let results = try open.lines.map { try JSONValue.parse(Array($0.utf8))["result"] }
        #expect(results.map { $0?["created"]?.asBool } == [true, nil, true, nil, nil, nil])
        #expect(results[3]?["watch_id"]?.asString == "-1")
        #expect(results[4]?["canceled"]?.asBool == true)
        #expect(results[4]?["watch_id"]?.asString == "1")
        #expect(results[5]?["watch_id"]?.asString == "2")
        #expect(results[5]?["events"]?.asArray?.count == 1)
        #expect(!open.isAnswered)
        open.close()
        #expect(harness.run { harness.etcd.streams.count == 0 })
    }

    @Test func messagesNeedNotBeChunks() throws {
        let harness = try DoorHarness()
        let open = harness.requestWithOpenBody("/v3beta/watch")
        let text = Self.create("a", id: 1) + "\n" + Self.create("b", id: 2)
        for letter in text.dropLast() { open.sendChunk(String(letter)) }
        #expect(harness.run { open.lines.count == 1 })
        open.sendChunk("}" + Self.create("c", id: 3) + Self.create("d", id: 4))
        #expect(harness.run { open.lines.count == 4 })
    }

    @Test func whatIsNoMessageEndsTheStreamWithAnError() throws {
        let harness = try DoorHarness()
        let first = harness.requestWithOpenBody("/v3/watch")
        first.sendChunk("[] ")
        harness.run { first.text.hasSuffix("}\n") }
        #expect(first.text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(first.lines.first?.hasPrefix(#"{"error":{"code":3,"message":""#) == true)
        let later = harness.requestWithOpenBody("/v3/watch")
        later.sendChunk(Self.create("a", id: 1))
        harness.run { later.lines.count == 1 }
        later.sendChunk(#"{"create_request":5}"#)
        #expect(harness.run { later.text.hasSuffix("\r\n0\r\n\r\n") })
        #expect(later.lines.last?.hasPrefix(#"{"error":{"code":3,"message":""#) == true)
        let cut = harness.requestWithOpenBody("/v3/watch")
        cut.sendChunk(#"{"create_request":"#)
        cut.sendChunk("")
        #expect(harness.run { cut.text.contains("unexpected end of JSON input") })
        #expect(harness.etcd.streams.count == 0)
    }

    @Test func aMessageThatDoesNotEndIsHeldToTheLimit() throws {
        var options = EtcdDoorOptions()
        options.requestBytesMax = 1_000
        let harness = try DoorHarness(options: options)
        let letters = String(repeating: "a", count: 60_000)
        let endless = harness.requestWithOpenBody("/v3/watch")
        endless.sendChunk(#"{"create_request":{"key":""#)
        var sent = 0
        while sent <= options.bodyBytesMax {
            #expect(endless.lines.isEmpty)
            endless.sendChunk(letters)
            sent += letters.utf8.count
        }
        #expect(harness.run { endless.lines.count == 1 })
        #expect(endless.text.hasPrefix("HTTP/1.1 429 "))
        #expect(endless.lines.first?.contains(#""code":8"#) == true)
        // The limit is one message's: a body may go on.
        let long = harness.requestWithOpenBody("/v3/watch")
        for number in 1...60 {
            let blanks = String(repeating: " ", count: 60_000)
            long.sendChunk(Self.create("a", id: number) + blanks)
        }
        #expect(harness.run { long.lines.count == 60 })
        let message = Base64.encode([UInt8](repeating: 1, count: options.messageBytesMax))
        long.sendChunk(#"{"create_request":{"key":"\#(message)"}}"#)
        #expect(harness.run { long.lines.last?.contains("received message larger than") == true })
    }

    @Test func leasesAreRenewedAsTheClientAsks() throws {
        let harness = try DoorHarness()
        _ = try harness.http("POST", "/v3/lease/grant", text: #"{"TTL":"60","ID":"77"}"#)
        let open = harness.requestWithOpenBody("/v3/lease/keepalive")
        for number in 1...3 {
            open.sendChunk(#"{"ID":"77"}"#)
            #expect(harness.run { open.lines.count == number })
        }
        #expect(open.lines.allSatisfy { $0.contains(#""TTL":"60""#) })
        open.sendChunk("")
        #expect(harness.run { open.text.hasSuffix("0\r\n\r\n") })
        // The connection is still good.
        open.send(Array("GET /version HTTP/1.1\r\nhost: test\r\n\r\n".utf8))
        #expect(harness.run { open.text.contains("etcdserver") })
    }

    @Test func whoAsksFasterThanLeasesAreRenewedHasToWait() throws {
        let harness = try DoorHarness()
        _ = try harness.http("POST", "/v3/lease/grant", text: #"{"TTL":"60","ID":"77"}"#)
        let count = Limits.renewalsPerStream + 5_000
        let open = harness.requestWithOpenBody("/v3/lease/keepalive")
        for _ in 0..<(count / 1_000) {
            open.sendChunk(String(repeating: #"{"ID":"77"}"#, count: 1_000))
        }
        open.sendChunk("")
        harness.run { open.received.suffix(5).elementsEqual("0\r\n\r\n".utf8) }
        #expect(open.lines.count == count)
        #expect(!open.text.contains("error"))
    }
}
