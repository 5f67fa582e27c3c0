import Digests
import Testing

@Suite("SHA-1")
struct SHA1Tests {
    @Test(
        "the example of FIPS 180-2, the empty message, and the example of RFC 6455",
        arguments: [
            ("abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="), ("", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
            (
                "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
            ),
        ])
    func examples(message: String, expected: String) {
        #expect(SHA1.digestInBase64(message) == expected)
    }
}
