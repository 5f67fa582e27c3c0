import Testing

@testable import Histories

/// How much the search has to do.
struct SearchEffortTests {
    /// Writers and readers side by side, now and then a write of which nobody knows whether it ran.
    private static func longHistory(_ count: Int) -> HistoryWriter {
        var writer = HistoryWriter()
        var last: (value: String, mod: Int64) = ("", 0)
        var version: Int64 = 0
        for number in 0..<count {
            let begun = UInt64(100 * number)
            if number % 20 == 7 {
                writer.put("k", "lost\(number)", begun, begun + 50, .unknown)
            }
            version += 1
            last = ("v\(number)", version + 1)
            writer.put("k", last.value, begun, begun + 480, last.mod)
            writer.get(
                "k", HistoryWriter.pair(last.value, last.mod, create: 2, version: version),
                begun + 50, begun + 450, last.mod)
        }
        return writer
    }

    private static func problem(_ writer: HistoryWriter) -> KeyProblem {
        var report = Report()
        return KeyProjection.problems(Evidence(writer.history, into: &report))[0]
    }

    /// With revisions as hints, each operation is looked at about once.
    @Test func itIsNearlyLinear() {
        let problem = Self.problem(Self.longHistory(2_000))
        #expect(problem.definite.count == 4_000)
        #expect(OrderSearch.run(problem, stepsMax: 4_100) == .found)
    }

    @Test func whatIsGivenUpIsReported() {
        let problem = Self.problem(Self.longHistory(100))
        #expect(OrderSearch.run(problem, stepsMax: 150) == .undecided)
        var report = Report()
        report.addUndecided([1])
        #expect(report.verdict == .undecided)
        let lines = CounterExample.lines(report, History())
        #expect(lines.count == 1 && lines[0].hasPrefix("undecided: "))
    }

    /// Fifty writes of unknown ending, any of which can be the reason for failed swaps, are alike.
    @Test func unseenWritesAreAlike() {
        var writer = HistoryWriter()
        writer.put("k", "a", 10, 20, 2)
        for number in 0..<50 { writer.put("k", "u\(number)", 30, 40, .unknown) }
        for number in 0..<20 {
            let begun = UInt64(50 + 100 * number)
            writer.done(
                .compareAndSet(
                    key: HistoryWriter.bytes("k"), expected: HistoryWriter.bytes("a"),
                    value: HistoryWriter.bytes("s\(number)")),
                begun, begun + 200, 2, .swapped(false))
        }
        writer.get("k", HistoryWriter.pair("a", 2), 5_000, 5_100, 2)
        #expect(OrderSearch.run(Self.problem(writer), stepsMax: 10_000) == .none)
    }
}
