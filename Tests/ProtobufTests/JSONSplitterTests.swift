import Basics
import Protobuf
import Testing

/// Text that comes in pieces, cut into its values.
@Suite struct JSONSplitterTests {
    /// The values of `text`, given in pieces of `size` bytes.
    private func values(_ text: [UInt8], size: Int) -> [String] {
        let splitter = JSONSplitter()
        var found: [String] = []
        for start in stride(from: 0, to: text.count, by: size) {
            text[start..<min(start + size, text.count)].withUnsafeBytes { splitter.append($0) }
            while let value = splitter.next(isLast: false) {
                found.append(String(decoding: value, as: UTF8.self))
            }
        }
        while let value = splitter.next(isLast: true) {
            found.append(String(decoding: value, as: UTF8.self))
        }
        #expect(splitter.unfinishedCount == 0)
        return found
    }

    @Test(arguments: [
        (#"{"a":1}{"b":[{}]}"#, [#"{"a":1}"#, #"{"b":[{}]}"#]),
        ("  \n{}\t\r\n {}  ", ["{}", "{}"]),
        (#"{"}":"\"{"}["]"]"#, [#"{"}":"\"{"}"#, #"["]"]"#]),
        (#""a""b\\" 12 null"#, [#""a""#, #""b\\""#, "12", "null"]),
        (#"1{}2[]x"y""#, ["1", "{}", "2", "[]", "x", #""y""#]),
        ("{]}", ["{]", "}"]), ("]}{", ["]", "}", "{"]), ("{\"a", ["{\"a"]), ("", []), (" ", []),
    ])
    func examples(text: String, expected: [String]) {
        for size in 1...8 { #expect(values(Array(text.utf8), size: size) == expected) }
    }

    @Test func aValueIsGivenAsSoonAsItIsWhole() {
        let splitter = JSONSplitter()
        func give(_ text: String) -> Bool {
            Array(text.utf8).withUnsafeBytes { splitter.append($0) }
            return splitter.next(isLast: false) != nil
        }
        #expect(!give(#"{"a":"#))
        #expect(splitter.unfinishedCount == 5)
        #expect(give("1}"))
        #expect(splitter.unfinishedCount == 0)
        #expect(!give(" 1"))
        #expect(give("2 "))
    }

    /// Whatever comes, nothing is lost: what is given, without white space, is what came.
    @Test(arguments: 0..<200)
    func noiseLosesNothing(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let letters = Array(#"{}[]"\ ,:1a"#.utf8)
        let text = (0..<60).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
        let whole = values(text, size: 60)
        for size in 1...7 { #expect(values(text, size: size) == whole) }
        let blank = UInt8(ascii: " ")
        #expect(whole.flatMap(\.utf8).filter { $0 != blank } == text.filter { $0 != blank })
    }

    /// What the parser reads from the text as a whole, it reads from the pieces.
    @Test(arguments: 1...20)
    func theParserReadsTheSame(size: Int) throws {
        let text = Array(
            #"{"create_request":{"key":"fQ==","s":"\u007d \"}"}} [1,[2]] {"a":{"b":{}}} "x""#.utf8)
        var expected: [JSONValue] = []
        try text.withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            while let value = try parser.next() { expected.append(value) }
        }
        let found = try values(text, size: size).map { try JSONValue.parse(Array($0.utf8)) }
        #expect(found == expected)
    }
}
