import Protobuf
import Testing

@Suite struct JSONParserTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONValue.parse([UInt8](text.utf8))
    }

    @Test func valuesOfEveryKind() throws {
        let value = try parse(
            #" {"a": [1, -2.5e+3, true, false, null], "b": {}, "c": [], "a": "\u00e9\n"} "#)
        #expect(
            value
                == .object([
                    JSONMember(
                        name: "a",
                        value: .array([
                            .number("1"), .number("-2.5e+3"), .bool(true), .bool(false), .null,
                        ])),
                    JSONMember(name: "b", value: .object([])),
                    JSONMember(name: "c", value: .array([])),
                    JSONMember(name: "a", value: .string("é\n")),
                ]))
        #expect(value["a"] == .string("é\n"))
        #expect(value["d"] == nil)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""\ud83d\ude00x""#, "😀x"),
        (#""\u0000""#, "\0"),
        (#""aé😀""#, "aé😀"),
        (#""é\u00E9é""#, "ééé"),
    ])
    func strings(text: String, value: String) throws {
        #expect(try parse(text) == .string(value))
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "\"a", "\"\\", "\"\\u12",
        "tru", "-",
        "1.", "1e", "1e+",
    ])
    func textThatEndsTooEarly(text: String) {
        #expect(throws: JSONError.truncated) { try parse(text) }
    }

    @Test(arguments: [
        ("[1,]", 3), ("{,}", 1), ("{\"a\" 1}", 5), ("{a:1}", 1), ("01", 1), ("+1", 0), (".5", 0),
        ("1.x", 2),
        ("trux", 3), ("[1 2]", 3), ("{} {}", 3), ("NaN", 0), ("\"\n\"", 1), ("{\"a\":1,}", 7),
        ("]", 0),
        ("'a'", 0), ("// x", 0), ("\u{feff}1", 0),
    ])
    func bytesThatCannotStandThere(text: String, offset: Int) {
        #expect(throws: JSONError.unexpected(offset: offset)) { try parse(text) }
    }

    @Test(arguments: [
        #""\x""#, #""\ud800""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00""#, #""\u12g4""#,
        #""\u+123""#,
    ])
    func badStrings(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func bytesThatAreNotUTF8(bytes: [UInt8]) {
        let quote = [UInt8(ascii: "\"")]
        #expect(throws: JSONError.invalidString(offset: 0)) {
            try JSONValue.parse(quote + bytes + quote)
        }
        let escape = [UInt8]("\\n".utf8)
        #expect(throws: JSONError.invalidString(offset: 0)) {
            try JSONValue.parse(quote + escape + bytes + quote)
        }
    }

    @Test func nestingHasALimit() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try parse(nested(200))
        #expect(throws: JSONError.nestedTooDeep) { try parse(nested(201)) }
        #expect(throws: JSONError.nestedTooDeep) {
            try parse(String(repeating: "{\"a\":", count: 100_000))
        }
    }

    @Test func severalValuesInOneText() throws {
        let text = [UInt8](#"{"a":1} {"b":2}\#n {"c""#.utf8)
        try text.withUnsafeBytes { buffer in
            var parser = JSONParser(buffer)
            let first = try parser.next()
            #expect(first?["a"] == .number("1"))
            #expect(parser.offset == 7)
            let second = try parser.next()
            #expect(second?["b"] == .number("2"))
            #expect(throws: JSONError.truncated) { try parser.next() }
            #expect(parser.valueStart == 17)
        }
        try [UInt8](" \n".utf8).withUnsafeBytes { buffer in
            var parser = JSONParser(buffer)
            let nothing = try parser.next()
            #expect(nothing == nil)
        }
    }

    @Test func integers() throws {
        #expect(JSONValue.number("9223372036854775807").asInteger(Int64.self) == .max)
        #expect(JSONValue.number("9223372036854775808").asInteger(Int64.self) == nil)
        #expect(JSONValue.string("18446744073709551615").asInteger(UInt64.self) == .max)
        #expect(JSONValue.number("5e3").asInteger(Int64.self) == 5000)
        #expect(JSONValue.number("-5.0").asInteger(Int64.self) == -5)
        #expect(JSONValue.number("5.5").asInteger(Int64.self) == nil)
        #expect(JSONValue.number("1e400").asInteger(Int64.self) == nil)
        #expect(JSONValue.number("-1").asInteger(UInt64.self) == nil)
        #expect(JSONValue.string("+1").asInteger(Int64.self) == nil)
        #expect(JSONValue.string("").asInteger(Int64.self) == nil)
        #expect(JSONValue.string(" 1").asInteger(Int64.self) == nil)
        #expect(JSONValue.bool(true).asInteger(Int64.self) == nil)
    }

    @Test func everyByteMayBeWrong() {
        let text = [UInt8](#"{"k":["v\u00e9",-1.5e3,true,null,{"x":"\ud83d\ude00"}]}"#.utf8)
        for index in text.indices {
            #expect(throws: JSONError.self) { try JSONValue.parse([UInt8](text[..<index])) }
            for byte in [0, 0x22, 0x5c, 0x7b, 0x7d, 0xff] as [UInt8] {
                var changed = text
                changed[index] = byte
                // The result may be either; what matters is that the parser survives and is
                // consistent: what it accepts, it writes and reads back unchanged.
                guard let value = try? JSONValue.parse(changed) else { continue }
                var writer = JSONWriter()
                writer.write(value)
                #expect((try? JSONValue.parse(writer.bytes)) == value)
            }
        }
    }
}
