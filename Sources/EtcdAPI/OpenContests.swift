internal import Replication

/// The contests that wait, and their end with the node: a caller goes on elsewhere if its call ends with Unavailable.
final class OpenContests {
    let calls: StoreCalls
    private var contests: [Contest] = []

    init(_ calls: StoreCalls) { self.calls = calls }

    /// Whether there is room for one more; if so, it is in.
    func enter(_ contest: Contest) -> Bool {
        guard contests.count < Limits.openContestsMax else { return false }
        contest.index = contests.count
        contests.append(contest)
        return true
    }

    func leave(_ contest: Contest) {
        precondition(contests[contest.index] === contest, "a contest knows its place")
        let last = contests.removeLast()
        guard last !== contest else { return }
        contests[contest.index] = last
        last.index = contest.index
    }

    /// To be called now and then: ends what this node cannot decide any more.
    func tick() {
        guard !contests.isEmpty, let refusal = calls.replica.streamRefusal else { return }
        for contest in contests { contest.fail(CallFailure(refusal)) }
    }
}
