import SynodClient
import Testing

@testable import synod

/// Words, transactions, JSON and the forms of bytes.
@Suite struct TextTests {
    private func words(_ line: String) throws -> [String] {
        try LineScanner.words(of: line).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func wordsAreCutAtBlanksOutsideQuotes() throws {
        #expect(try words("  put  a b\t") == ["put", "a", "b"])
        #expect(try words("put 'a b' \"c d\"") == ["put", "a b", "c d"])
        #expect(try words("''  \"\"") == ["", ""])
        #expect(try words("") == [])
        #expect(try words("ключ значение") == ["ключ", "значение"])
    }

    @Test func quotedWordsHaveEscapes() throws {
        #expect(try LineScanner.words(of: #""a\n\"\\\x00\xff""#) == [[97, 10, 34, 92, 0, 255]])
        for bad in ["\"open", "'open", #""\q""#, #""\x1""#, #""\"#] {
            #expect(throws: UsageError.self, "\(bad)") { try LineScanner.words(of: bad) }
        }
    }

    @Test func comparisonsAreEtcdctls() throws {
        let key = Array("k".utf8)
        #expect(
            try TransactionSyntax.comparison(#"value("k") = "v w""#)
                == Compare(.key(key), .equal, .value(Array("v w".utf8))))
        #expect(
            try TransactionSyntax.comparison(#"mod("k") > "0""#)
                == Compare(.key(key), .greater, .modRevision(0)))
        #expect(
            try TransactionSyntax.comparison(#" ver("k") != 3 "#)
                == Compare(.key(key), .notEqual, .version(3)))
        #expect(
            try TransactionSyntax.comparison("c(k) < 7")
                == Compare(.key(key), .less, .createRevision(7)))
        #expect(
            try TransactionSyntax.comparison(#"lease("k") = "1f""#)
                == Compare(.key(key), .equal, .lease(31)))
        for bad in [
            "", "value", #"value("k")"#, #"value("k") ~ "v""#, #"mod("k") = "x""#,
            #"who("k") = "1""#, #"value("") = "1""#, #"value("k") = "1" 2"#,
        ] {
            #expect(throws: UsageError.self, "\(bad)") { try TransactionSyntax.comparison(bad) }
        }
    }

    @Test func operationsAreEtcdctls() throws {
        let (a, b) = (Array("a".utf8), Array("b".utf8))
        #expect(try TransactionSyntax.operation("put a b") == .put(key: a, value: b))
        #expect(
            try TransactionSyntax.operation(#"put a "\x00\xff""#) == .put(key: a, value: [0, 255]))
        #expect(try TransactionSyntax.operation("get a") == .get(.key(a)))
        #expect(try TransactionSyntax.operation("get --prefix a") == .get(.prefix(a)))
        #expect(try TransactionSyntax.operation("del a b") == .delete(.range(from: a, to: b)))
        #expect(try TransactionSyntax.operation("del a --from-key") == .delete(.from(a)))
        for bad in ["put a", "put a b c", "get", "eat a", "del a --nonsense", "get a b --prefix"] {
            #expect(throws: UsageError.self, "\(bad)") { try TransactionSyntax.operation(bad) }
        }
    }

    @Test func jsonIsEscaped() {
        let value = JSONText.Value.object([
            ("a\"b", .text("x\n\\\u{1}é")), ("n", .list([.number(-1), .unsigned(.max)])),
            ("t", .boolean(true)), ("b", .bytes([1])), ("e", .object([])),
        ])
        #expect(
            JSONText.encode(value)
                == #"{"a\"b":"x\n\\\u0001é","n":[-1,18446744073709551615],"t":true,"b":"AQ==","e":{}}"#
        )
    }

    @Test func hexadecimalIsEtcdctls() {
        #expect(Hexadecimal.escaped([0, 0xab]) == "\\x00\\xab")
        #expect(Hexadecimal.id(0x0abc) == "abc")
    }

    @Test func nearWordsAreFound() {
        #expect(Spelling.nearest(to: "gte", among: ["put", "get"]) == nil)
        #expect(Spelling.nearest(to: "statu", among: ["status", "put"]) == "status")
    }
}
