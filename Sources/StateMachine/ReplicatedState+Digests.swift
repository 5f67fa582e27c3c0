internal import Basics
internal import EtcdMessages
internal import MVCC

/// Members compare their states, without anybody's asking: each reports a digest of it through the log, and what
/// a majority reports is right (P28). A replica that differs learns so from the very reports, by its own digest
/// of that slot.
extension ReplicatedState {
    /// The state after `appliedSlot`, as far as that can be said in constant time: every change that was ever
    /// made to a key, and the counters of all else.
    func noteOwnDigest() {
        var digest = StateDigest()
        digest.add(appliedSlot)
        digest.add(keyspace.changeDigest.value)
        digest.add(keyspace.revision)
        digest.add(keyspace.compactedRevision)
        digest.add(UInt64(keyspace.logicalByteCount))
        digest.add(logTimeMilliseconds)
        digest.add(leaderBallot?.round ?? 0)
        digest.add(UInt64(sessions.count))
        leases.add(to: &digest)
        digest.add(UInt64(alarms.all.count))
        digest.add(quotaBytes)
        ownDigests.note(appliedSlot, digest.value)
    }

    /// The newest digest of this replica's own state; nil before the first.
    package var newestDigest: OwnDigests.Entry? { ownDigests.newest }

    /// A slot of which a majority has another state: this replica's is wrong from there on at the latest. Nil as
    /// long as none is known.
    package var wrongSlot: UInt64? { ownDigests.wrongSlot }

    /// A member's report.
    func take(_ request: ReportDigestRequest) {
        let slot = request.slot
        guard origins.has(request.member) else { return }
        digestReports.note(
            slot: slot, DigestReports.Report(member: request.member, digest: request.digest))
        switch digestReports.verdict(slot: slot, memberCount: origins.replicaCount) {
        case .open: break
        case .none: _ = alarms.raise(Alarm(member: 0, kind: .corrupt, source: .digests))
        case .majority(let right): judge(slot, right)
        }
    }

    private func judge(_ slot: UInt64, _ right: UInt64) {
        marks.hit(.digestsCompared)
        for report in digestReports.reports(of: slot) {
            if report.digest == right {
                alarms.clearDigests(of: report.member)
            } else {
                _ = alarms.raise(
                    Alarm(member: report.member, kind: .corrupt, source: .digests))
            }
        }
        if let own = ownDigests.digest(of: slot), own != right {
            ownDigests.wrongSlot = ownDigests.wrongSlot ?? slot
        }
    }
}
