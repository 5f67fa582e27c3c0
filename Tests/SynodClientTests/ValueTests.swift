import Basics
import Testing

@testable import SynodClient

/// Endpoints, ranges and pauses.
@Suite struct ValueTests {
    @Test(arguments: [
        ("127.0.0.1:2379", "127.0.0.1", 2379, nil), ("http://node-1:80/", "node-1", 80, false),
        ("[::1]:2379", "::1", 2379, nil), ("http://[fe80::1]:1", "fe80::1", 1, false),
        ("https://a:1", "a", 1, true),
    ])
    func anEndpointIsRead(text: String, host: String, port: UInt16, usesTLS: Bool?) {
        #expect(Endpoint(text) == Endpoint(host: host, port: port, usesTLS: usesTLS))
    }

    @Test(arguments: [
        "", "host", "host:", ":1", "host:0", "host:65536", "::1:2", "a/b:1", "a b:1",
        "ftp://a:1",
    ])
    func whatIsNoEndpointIsRefused(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func anEndpointIsWrittenAsItIsRead() {
        #expect(Endpoint(host: "::1", port: 5).description == "[::1]:5")
        #expect(Endpoint(host: "a", port: 5).description == "a:5")
    }

    @Test func noEndpointsAreRefused() {
        #expect(throws: ClientError.self) { try Client(endpoints: [String]()) }
        #expect(throws: ClientError.self) { try Client(endpoints: ["nonsense"]) }
    }

    @Test func prefixesEndBehindTheirLastKey() {
        #expect(KeyRange.prefix([1, 2]).wire.end == [1, 3])
        #expect(KeyRange.prefix([1, 0xff]).wire.end == [2])
        #expect(KeyRange.prefix([0xff, 0xff]).wire.end == [0])
        #expect(KeyRange.prefix([]).wire == ([0], [0]))
        #expect(KeyRange.all.wire == ([0], [0]))
        #expect(KeyRange.from([]).wire == ([0], [0]))
        #expect(KeyRange.from([5]).wire == ([5], [0]))
        #expect(KeyRange.key([5]).wire == ([5], []))
    }

    @Test func pausesGrowAndStayBelowTheLongest() {
        var configuration = ClientConfiguration()
        configuration.backoffMillisecondsMin = 10
        configuration.backoffMillisecondsMax = 100
        var random = SeededRandom(seed: 1)
        for round in 1...70 {
            let pause = RetryPolicy.pause(
                round: round, configuration: configuration, random: &random)
            let longest = min(100, 10 << UInt64(min(round - 1, 20)))
            #expect(pause >= longest / 2 && pause <= longest)
        }
    }

    @Test func onlyRefusalsAreDefinite() {
        #expect(RetryPolicy.isDefinite(.invalidArgument, ""))
        #expect(RetryPolicy.isDefinite(.unavailable, "etcdserver: no leader"))
        #expect(RetryPolicy.isDefinite(.unavailable, "etcdserver: this node does not vote"))
        #expect(!RetryPolicy.isDefinite(.unavailable, "etcdserver: leader changed"))
        #expect(
            !RetryPolicy.isDefinite(
                .unavailable, "etcdserver: request timed out, possibly due to connection lost"))
        #expect(!RetryPolicy.isDefinite(.unavailable, "upstream connect error"))
        #expect(!RetryPolicy.isDefinite(.deadlineExceeded, ""))
        #expect(!RetryPolicy.isDefinite(.unknown, ""))
    }
}
