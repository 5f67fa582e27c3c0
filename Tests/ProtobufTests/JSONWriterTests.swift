import Basics
import Protobuf
import Testing

@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func commasComeByThemselves() {
        let text = text {
            $0.beginObject()
            $0.name("a")
            $0.beginArray()
            $0.write(1)
            $0.beginObject()
            $0.endObject()
            $0.write(quoted: Int64.min)
            $0.beginArray()
            $0.endArray()
            $0.write(true)
            $0.endArray()
            $0.name("b")
            $0.writeNull()
            $0.name("c")
            $0.write(base64: [0xff, 0xfe])
            $0.endObject()
        }
        #expect(text == #"{"a":[1,{},"-9223372036854775808",[],true],"b":null,"c":"//4="}"#)
    }

    @Test func onlyWhatMustBeIsEscaped() {
        let text = text { $0.write("\"\\/\n\r\t\u{0}\u{1f}\u{7f}é😀<&>") }
        #expect(text == #""\"\\/\n\r\t\u0000\u001f"# + "\u{7f}é😀<&>\"")
    }

    @Test func whatIsWrittenIsRead() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<200 {
            let scalars = (0..<20).map { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x10ffff, using: &random)) ?? "\n"
            }
            let string = String(String.UnicodeScalarView(scalars))
            let value = JSONValue.object([
                JSONMember(name: string, value: .array([.string(string)]))
            ])
            var writer = JSONWriter()
            writer.write(value)
            #expect(try JSONValue.parse(writer.bytes) == value)
        }
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func base64(bytes: String, text: String) {
        #expect(Base64.encode([UInt8](bytes.utf8)) == text)
        #expect(Base64.decode(text) == [UInt8](bytes.utf8))
        #expect(Base64.decode(text.filter { $0 != "=" }) == [UInt8](bytes.utf8))
    }

    @Test func base64InBothAlphabets() {
        #expect(Base64.decode("-_-_") == [0xfb, 0xff, 0xbf])
        #expect(Base64.decode("+/+/") == [0xfb, 0xff, 0xbf])
        #expect(Base64.decode("__8") == [0xff, 0xff])
    }

    @Test(arguments: [
        "A", "A===", "AA=", "AA=A", "A A=", "Zg==Zg==", "====", "é=", "Zm9v=", "Zm9vY===",
    ])
    func notBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
