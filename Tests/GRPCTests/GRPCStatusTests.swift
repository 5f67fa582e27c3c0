import GRPC
import Testing

@Suite("Status")
struct GRPCStatusTests {
    @Test("codes keep their numbers and names")
    func codes() {
        #expect(GRPCCode.allCases.map(\.rawValue) == Array(0...16))
        #expect(GRPCCode.deadlineExceeded.headerValue == "4")
        #expect(GRPCCode(headerValue: "14") == .unavailable)
        #expect(GRPCCode(headerValue: "17") == .unknown)
        #expect(GRPCCode(headerValue: "x") == .unknown)
        #expect(Set(GRPCCode.allCases.map(\.name)).count == 17)
    }

    @Test("plain text stays as it is, the rest is escaped")
    func encoding() {
        let plain = "etcdserver: mvcc: required revision has been compacted"
        #expect(GRPCStatus.percentEncoded(plain) == plain)
        #expect(GRPCStatus.percentEncoded("100% ü\n") == "100%25 %C3%BC%0A")
    }

    @Test(
        "texts survive the way there and back",
        arguments: ["", "a", "%", "%%41", "größer ≥ 1\r\n", "\u{7f}"])
    func roundTrip(text: String) {
        #expect(GRPCStatus.percentDecoded(GRPCStatus.percentEncoded(text)) == text)
    }

    @Test(
        "what is no escape stays",
        arguments: [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a%41%4", "aA%4")])
    func oddEscapes(value: String, text: String) {
        #expect(GRPCStatus.percentDecoded(value) == text)
    }

    @Test("unknown paths are answered in the words of gRPC's Go implementation")
    func unknownPaths() {
        let known: (String) -> Bool = { $0 == "a.B" }
        func text(_ path: String) -> String {
            GRPCStatus.unknownPath(path, hasService: known).message
        }
        #expect(text("/a.B/C") == "unknown method C for service a.B")
        #expect(text("/x.Y/C") == "unknown service x.Y")
        #expect(text("nothing") == "malformed method name: \"nothing\"")
        #expect(text("/nothing") == "malformed method name: \"/nothing\"")
    }

    @Test(
        "content types",
        arguments: [
            ("application/grpc", true), ("application/grpc+proto", true),
            ("application/grpc;charset=utf-8", true), ("Application/gRPC", true),
            ("application/grpc-web", false), ("application/json", false),
            ("application/grp", false),
            ("", false),
        ])
    func contentTypes(text: String, isGRPC: Bool) {
        Array(text.utf8).withUnsafeBytes { #expect(GRPCContentType.matches($0) == isGRPC) }
    }
}
