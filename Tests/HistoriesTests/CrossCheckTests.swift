import Histories
import Testing

/// The checkers against brute force, on generated histories.
struct CrossCheckTests {
    /// 1,000 histories, of which exactly half are not linearizable; every third has revisions that mean
    /// nothing. The search and brute force agree on all.
    @Test func theSearchAgreesWithBruteForce() {
        var counts = [true: 0, false: 0]
        var seed: UInt64 = 0
        var disagreements: [UInt64] = []
        while counts != [true: 500, false: 500], seed < 20_000 {
            seed += 1
            var history = GeneratedHistory.make(
                seed: seed, operations: 6 + Int(seed % 3), lies: Int(seed % 2) * 2)
            let expected = BruteForce.isLinearizable(history)
            guard counts[expected, default: 0] < 500 else { continue }
            counts[expected, default: 0] += 1
            if seed % 3 == 0 {
                history = GeneratedHistory.withoutMeaningfulRevisions(history, seed: seed)
            }
            let report = HistoryCheck.run(history)
            let found = !report.violations.contains { $0.rule == .linearizability }
            #expect(report.undecidedKeys.isEmpty)
            if found != expected { disagreements.append(seed) }
        }
        #expect(counts == [true: 500, false: 500])
        #expect(disagreements.isEmpty)
    }

    /// A correct store with transactions over several keys breaks no rule.
    @Test func aCorrectStoreBreaksNoRule() {
        for seed in 1...1_000 as ClosedRange<UInt64> {
            let history = GeneratedHistory.make(
                seed: seed, operations: 30, lies: 0, hasTransactions: true)
            let report = HistoryCheck.run(history)
            #expect(
                report.verdict == .ok,
                "seed \(seed)\n\(CounterExample.lines(report, history).joined(separator: "\n"))")
        }
    }

    /// Where all endings are known, what has no order is found broken, transactions included.
    @Test func transactionsWithoutAnOrderAreFound() {
        var impossible = 0
        var missed: [UInt64] = []
        for seed in 1...2_000 as ClosedRange<UInt64> {
            let history = GeneratedHistory.make(
                seed: seed, operations: 7, lies: 2, hasTransactions: true, hasUnknown: false)
            guard !BruteForce.isLinearizable(history) else { continue }
            impossible += 1
            if HistoryCheck.run(history).verdict != .violated { missed.append(seed) }
        }
        #expect(impossible > 300)
        #expect(missed.isEmpty)
    }
}
