import GRPC
import Testing

@Suite("grpc-timeout")
struct GRPCTimeoutTests {
    private func parse(_ text: String) -> UInt64? {
        Array(text.utf8).withUnsafeBytes { GRPCTimeout.nanoseconds($0) }
    }

    @Test(
        "units",
        arguments: [
            ("1n", 1), ("2u", 2_000), ("100m", 100_000_000), ("5S", 5_000_000_000),
            ("1M", 60_000_000_000), ("1H", 3_600_000_000_000), ("0m", 0),
            ("99999999S", 99_999_999_000_000_000),
        ] as [(String, UInt64)])
    func units(text: String, nanoseconds: UInt64) {
        #expect(parse(text) == nanoseconds)
    }

    @Test(
        "what is malformed is refused", arguments: ["", "m", "1", "1x", "-1m", "1 m", "123456789m"])
    func malformed(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("what is longer than the clock lasts for ever")
    func overflow() {
        #expect(parse("99999999H") == .max)
    }

    @Test(
        "what is written is read back, never shorter than it was",
        arguments: [0, 1, 99_999_999, 100_000_000, 123_456_789_012, 5_000_000_000, 1 << 60])
    func roundTrip(nanoseconds: UInt64) throws {
        let text = GRPCTimeout.headerValue(nanoseconds: nanoseconds)
        let back = try #require(parse(text))
        #expect(back >= min(nanoseconds, 99_999_999_000_000_000))
        #expect(text.utf8.count <= 9)
    }
}
