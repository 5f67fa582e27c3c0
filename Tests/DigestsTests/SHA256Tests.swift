import Digests
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    @Test(
        "the examples of FIPS 180-2 and the empty message",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func examples(message: String, expected: String) {
        #expect(hexadecimal(SHA256.digest([UInt8](message.utf8))) == expected)
    }

    @Test("a million times the letter a")
    func longMessage() {
        let digest = SHA256.digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(
            hexadecimal(digest)
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

@Suite("SHA-256 in pieces")
struct RunningSHA256Tests {
    @Test(
        "pieces of any length come to the same as the whole", arguments: [1, 7, 63, 64, 65, 1000])
    func pieces(length: Int) {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let running = RunningSHA256()
        var rest = message[...]
        while !rest.isEmpty {
            running.add(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        running.add([])
        #expect(running.finish() == SHA256.digest(message))
    }
}
