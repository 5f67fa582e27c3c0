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
    ///
    /// - Parameter isLeaderless: no leader has been known for long.
    func tick(isLeaderless: Bool) {
        guard !contests.isEmpty else { return }
        if let refusal = calls.replica.streamRefusal {
            for contest in contests { contest.endHere(CallFailure(refusal)) }
        } else if isLeaderless {
            for contest in contests where contest.requiresLeader {
                contest.endHere(CallFailure(EtcdError.noLeader))
            }
        }
    }
}
