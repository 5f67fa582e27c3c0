import Exploration
import Paxos
import Testing

@Suite struct ExplorerTests {
    private func explore(_ change: (inout ExplorationBounds) -> Void) -> ExplorationReport {
        var bounds = ExplorationBounds()
        change(&bounds)
        var explorer = Explorer(bounds)
        return explorer.run()
    }

    /// Three acceptors, one of which stands once, and one crash: every history, and no rule is broken.
    @Test func aSmallWorldCloses() {
        let report = explore {
            $0.proposers = 1
            $0.ballots = 1
            $0.slots = 1
            $0.crashes = 1
        }
        #expect(report.violation == nil)
        #expect(report.isComplete)
        #expect(report.progress.states > 1000)
    }

    /// A rule that is broken on purpose is found, and the history shows how: two ballots are enough.
    @Test func aBrokenRuleIsFound() {
        let report = explore {
            $0.slots = 1
            $0.crashes = 0
            $0.injectedBug = .olderBallotDecidedByWatermark
        }
        #expect(report.violation?.sentence.hasPrefix("Agreement") == true)
        #expect(report.violation?.history.last?.contains("Decide") == true)
        #expect(report.violation?.history.count == 12)
    }

    @Test func itStopsWhenItIsTold() {
        var explorer = Explorer(ExplorationBounds())
        let report = explorer.run { _ in false }
        #expect(!report.isComplete)
        #expect(report.violation == nil)
    }
}
