import Foundation
import Testing

@testable import Observability

@Suite("Log time")
struct LogTimeTests {
    private func text(_ microseconds: Int64) -> String {
        var bytes: [UInt8] = []
        LogTime(microseconds: microseconds).write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "known moments",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_399_000_001, "2100-02-28T23:59:59.000001Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        ] as [(Int64, String)])
    func known(microseconds: Int64, expected: String) {
        #expect(text(microseconds) == expected)
    }

    @Test("now is now")
    func now() {
        let expected = Date().timeIntervalSince1970
        #expect(abs(Double(LogTime.now().microseconds) / 1e6 - expected) < 60)
    }
}
