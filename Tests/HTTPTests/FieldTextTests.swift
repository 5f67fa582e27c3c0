import Testing

@testable import HTTP

@Suite("the bytes of header fields")
struct FieldTextTests {
    /// Each byte at each place of a text that is fine else, so long that it is looked at by eights.
    private func forEachByte(_ body: (UInt8, Int, UnsafeRawBufferPointer) -> Void) {
        for length in [1, 7, 8, 9, 15, 16, 17] {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var text = Array("abc-xyz-the-quick".utf8.prefix(length))
                    text[place] = byte
                    text.withUnsafeBytes { body(byte, length, $0) }
                }
            }
        }
    }

    @Test("a name is a token in lower case")
    func names() {
        let allowed = Set("!#$%&'*+-.0123456789^_`|~abcdefghijklmnopqrstuvwxyz".utf8)
        forEachByte { byte, length, text in
            #expect(FieldText.isName(text) == allowed.contains(byte), "\(byte) of \(length)")
        }
        #expect(!FieldText.isName(UnsafeRawBufferPointer(start: nil, count: 0)))
    }

    @Test("a word has no spaces")
    func words() {
        forEachByte { byte, length, text in
            #expect(FieldText.isWord(text) == (byte > 32), "\(byte) of \(length)")
        }
    }

    @Test("a value has no control characters but tabs")
    func values() {
        forEachByte { byte, length, text in
            let isFine = byte == 9 || byte >= 32 && byte != 127
            #expect(FieldText.isValue(text) == isFine, "\(byte) of \(length)")
        }
        #expect(FieldText.isValue(UnsafeRawBufferPointer(start: nil, count: 0)))
    }
}
