import Testing

@testable import HTTP

@Suite("which requests HTTP/2 calls malformed")
struct HeaderCheckTests {
    private static let usual = [
        (":method", "POST"), (":scheme", "http"), (":path", "/p"), (":authority", "a"),
    ]

    private func isSound(
        _ fields: [(String, String)], isTrailer: Bool = false, endsStream: Bool = true
    ) -> Bool {
        var check = HeaderCheck(isTrailer: isTrailer)
        for (name, value) in fields {
            Array(name.utf8).withUnsafeBytes { name in
                Array(value.utf8).withUnsafeBytes { check.take(name, $0) }
            }
        }
        return check.isSound(endsStream: endsStream)
    }

    @Test(
        "what clients send is taken",
        arguments: [
            [("te", "trailers"), ("content-type", "application/grpc"), ("grpc-timeout", "1S")],
            [("host", "a"), ("content-length", "12")],
            [("x", ""), ("x", "a\tb \u{e4}"), ("x", "")],
            [("upgrades", "1"), ("kept-alive!", "~")],
        ])
    func usual(more: [(String, String)]) {
        #expect(isSound(Self.usual + more))
        #expect(isSound([(":authority", "")] + Self.usual.dropLast() + more))
    }

    @Test(
        "any authority is taken: etcd's clients for Go put URLs there",
        arguments: ["http://127.0.0.1:2379", "https://[::1]:2379/", "#initially=[a;b]", "", "{}"])
    func authorities(text: String) {
        #expect(isSound(Self.usual.dropLast() + [(":authority", text)]))
    }

    @Test(
        "what is malformed is refused",
        arguments: [
            (":authority", "b"), (":status", "200"), (":", ""), ("", "x"), ("A", "x"), ("a b", "x"),
            ("a\u{e4}", "x"), ("a", "\0"), ("a", "12345678\r"), ("a", "1234567\u{7f}8"),
            ("a", "\n"), ("te", "gzip"), ("connection", "close"), ("keep-alive", "1"),
            ("upgrade", "h2c"), ("proxy-connection", "x"), ("transfer-encoding", "chunked"),
            ("content-length", ""), ("content-length", "-1"), ("content-length", "1e3"),
            ("content-length", "9999999999999999999"),
        ])
    func malformed(name: String, value: String) {
        #expect(!isSound(Self.usual + [(name, value)]))
    }

    @Test("a request has a method, a scheme and a path, each once, and before all other fields")
    func pseudoHeaders() {
        for missing in 0..<3 {
            var fields = Self.usual
            fields.remove(at: missing)
            #expect(!isSound(fields))
            #expect(!isSound(fields + [("x", "y"), Self.usual[missing]]))
            #expect(!isSound(Self.usual + [Self.usual[missing]]))
            #expect(!isSound(fields + [(Self.usual[missing].0, "a b")]))
            #expect(!isSound(fields + [(Self.usual[missing].0, "")]))
        }
        #expect(!isSound(Self.usual + [("host", "a"), ("host", "a")]))
        #expect(!isSound(Self.usual + [("content-length", "1"), ("content-length", "1")]))
        #expect(isSound([(":method", "CONNECT"), (":authority", "a")]))
        #expect(!isSound([(":method", "CONNECT")]))
    }

    @Test("trailers end the stream and have no pseudo-headers")
    func trailers() {
        #expect(isSound([("grpc-status", "0")], isTrailer: true))
        #expect(!isSound([("grpc-status", "0")], isTrailer: true, endsStream: false))
        #expect(!isSound([(":path", "/")], isTrailer: true))
        #expect(isSound(Self.usual, endsStream: false))
    }
}
