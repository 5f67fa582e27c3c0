internal import Paxos

/// Whom to ask for a snapshot. Anybody who is heard may have one; who gave none, a wrong one, or fell silent is not
/// asked again for a while if there is anybody else.
struct SnapshotSources {
    /// Each failed peer once, the longest ago first.
    private var failures: [(peer: ReplicaID, atMilliseconds: UInt64)] = []

    mutating func noteFailure(of peer: ReplicaID, nowMilliseconds: UInt64) {
        failures.removeAll { $0.peer == peer }
        failures.append((peer, nowMilliseconds))
    }

    /// A snapshot was taken: what went wrong before counts no more.
    mutating func forgetFailures() { failures = [] }

    /// `preferred`, unless it has failed lately and another one has not, or longer ago.
    func choice(
        preferring preferred: ReplicaID, among heard: [ReplicaID], nowMilliseconds now: UInt64
    ) -> ReplicaID {
        if !hasFailed(preferred, now) { return preferred }
        if let other = untried(among: heard, nowMilliseconds: now) { return other }
        let candidates = heard.contains(preferred) ? heard : heard + [preferred]
        return failures.first { candidates.contains($0.peer) }?.peer ?? preferred
    }

    /// One of those that are heard, of whom no failure is known lately.
    func untried(among heard: [ReplicaID], nowMilliseconds now: UInt64) -> ReplicaID? {
        heard.first { !hasFailed($0, now) }
    }

    private func hasFailed(_ peer: ReplicaID, _ now: UInt64) -> Bool {
        failures.contains {
            $0.peer == peer && now < $0.atMilliseconds + Limits.snapshotShunMilliseconds
        }
    }
}
