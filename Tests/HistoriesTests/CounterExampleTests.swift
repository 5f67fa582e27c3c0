import Testing

@testable import Histories

/// What a person gets to see of a violation.
struct CounterExampleTests {
    /// Of a long history only the three operations remain that cannot be ordered.
    @Test func itIsSmall() throws {
        var writer = HistoryWriter()
        for number in 0..<200 {
            let begun = UInt64(1_000_000 * number)
            let version = Int64(number + 1)
            writer.put("k", "v\(number)", begun, begun + 300_000, version + 1)
            writer.get(
                "k", HistoryWriter.pair("v\(number)", version + 1, create: 2, version: version),
                begun + 400_000, begun + 500_000, version + 1)
        }
        let stale = HistoryWriter.pair("v98", 100, create: 2, version: 99)
        writer.get("k", stale, 100_600_000, 100_700_000, 102)
        let report = HistoryCheck.run(writer.history)
        let violation = try #require(report.violations.first { $0.rule == .linearizability })
        let lines = CounterExample.lines(violation, writer.history)
        #expect(violation.operations.count <= 3, "\(lines.joined(separator: "\n"))")
        #expect(violation.operations.contains(400))
        #expect(violation.operations.contains(2 * 98))
    }

    @Test func itIsATable() {
        var writer = HistoryWriter()
        writer.put("k", "a", 1_000, 2_000, 2)
        writer.put("k", "b\n", 2_500_000, 3_000_000, 3)
        writer.get("k", HistoryWriter.pair("a", 2), 4_000_000, 5_000_000, 3)
        let violation = Violation(.linearizability, "no order", [0, 1, 2])
        #expect(
            CounterExample.lines(violation, writer.history) == [
                "linearizability: no order",
                "     ms  operation  client  node  event",
                "  0.000          0       0     0  > put \"k\" \"a\"",
                "  0.001          0       0     0  < ok r2",
                "  2.499          1       1     0  > put \"k\" \"b\\x0a\"",
                "  2.999          1       1     0  < ok r3",
                "  3.999          2       2     0  > get \"k\"",
                "  4.999          2       2     0  < \"a\"@2#1 r3",
            ])
    }

    @Test func longValuesLoseTheirMiddle() {
        let text = ShownText.bytes(Array(repeating: UInt8(ascii: "a"), count: 100))
        #expect(text.hasSuffix("\" (100 bytes)"))
        #expect(text.count < 70)
    }
}
