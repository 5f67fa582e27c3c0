import Basics
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
    @Test("the check value of RFC 3720's polynomial")
    func checkValue() {
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    }

    @Test("hardware and tables agree at every length and when continued", arguments: 0..<130)
    func agreement(length: Int) {
        var random = SeededRandom(seed: UInt64(length))
        let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        #expect(CRC32C.checksum(bytes) == CRC32C.portableChecksum(bytes))
        let half = length / 2
        let first = CRC32C.checksum(Array(bytes[..<half]))
        #expect(CRC32C.checksum(Array(bytes[half...]), seed: first) == CRC32C.checksum(bytes))
    }
}
