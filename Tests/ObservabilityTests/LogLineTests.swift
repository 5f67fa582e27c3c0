import Testing

@testable import Observability

@Suite("Log lines")
struct LogLineTests {
    private func line(
        _ message: String = "leading", _ fields: KeyValuePairs<String, LogValue> = [:]
    ) -> LogLine {
        LogLine(
            time: LogTime(microseconds: 1_795_170_721_123_456), level: .info, component: "replica",
            message: message, fields: fields)
    }

    private func text(_ line: LogLine, _ format: LogFormat) -> String {
        String(decoding: line.bytes(format), as: UTF8.self)
    }

    @Test("a readable line")
    func readable() {
        let line = line("leading", ["ballot": "3.1", "slot": 17, "age": 0.5, "first": true])
        #expect(
            text(line, .text)
                == "2026-11-20T10:32:01.123456Z INFO  replica: leading ballot=3.1 slot=17 age=0.5 "
                + "first=true\n")
    }

    @Test("a JSON line")
    func json() {
        let line = line("leading", ["ballot": "3.1", "slot": .integer(UInt64.max), "ok": false])
        #expect(
            text(line, .json)
                == #"{"ts":"2026-11-20T10:32:01.123456Z","level":"info","component":"replica","#
                + #""msg":"leading","ballot":"3.1","slot":18446744073709551615,"ok":false}"# + "\n")
    }

    @Test("values that would be misread are quoted in a readable line")
    func quoting() {
        let line = line("x", ["a": "two words", "b": "", "c": "k=v", "d": #"say "yes""#])
        #expect(
            text(line, .text).hasSuffix(
                #"replica: x a="two words" b="" c="k=v" d="say \"yes\"""# + "\n"))
    }

    @Test("nothing that is logged can begin a new line", arguments: LogFormat.allCases)
    func oneLine(format: LogFormat) {
        let evil = "a\nb\r\u{0}\u{1b}[31m\tc\u{7f}"
        let bytes = line(evil, ["key": "\(evil)"]).bytes(format)
        #expect(bytes.filter { $0 < 0x20 || $0 == 0x7f } == [UInt8(ascii: "\n")])
        #expect(bytes.last == UInt8(ascii: "\n"))
        #expect(
            String(decoding: bytes, as: UTF8.self).contains(#"a\nb\u000d\u0000\u001b[31m\tc\u007f"#)
        )
    }

    @Test("long values are cut, and the cut is visible")
    func long() {
        let line = line("x", ["key": "\(String(repeating: "v", count: 5000))"])
        #expect(text(line, .json).utf8.count < 1200)
        #expect(text(line, .json).hasSuffix("v…\"}\n"))
        #expect(text(line, .text).hasSuffix("v…\n"))
    }

    @Test("numbers that JSON does not have are strings")
    func notFinite() {
        #expect(text(line("x", ["a": .double(.infinity)]), .json).hasSuffix(#""a":"inf"}"# + "\n"))
    }
}
