internal import Observability
internal import Paxos
internal import WriteAheadLog

/// What this node tells of its catching up.
extension Replica {
    /// Called with each tick; looks once a second.
    func noteProgress(_ now: UInt64) {
        guard progress.isDue(now), let status = core?.status else { return }
        let known = status.peers.reduce(status.decidedUpTo) { max($0, $1.decidedUpTo) }
        progress.note(
            CatchUpProgress.Sample(
                atMilliseconds: now, knownUpTo: known.rawValue, appliedUpTo: appliedSlot.rawValue,
                bytes: appliedBytes + (taker?.takenBytes ?? 0),
                missingSnapshotBytes: taker?.missingBytes))
        metrics.catchUp.slotsBehind.set(progress.slotsBehind)
        metrics.catchUp.bytesPerSecond.set(progress.bytesPerSecond)
        metrics.catchUp.secondsLeft.set(progress.secondsLeft ?? UInt64(Int32.max))
        tellProgress(now)
    }

    /// The log hears of it every few seconds, and once when it is over.
    private func tellProgress(_ now: UInt64) {
        guard progress.isBehind else {
            if progress.slotsBehind == 0, !lacksBase { needReminder.end() }
            if toldProgressAtMilliseconds != nil { logger.info("caught up") }
            toldProgressAtMilliseconds = nil
            return
        }
        let isDue = toldProgressAtMilliseconds.map { now >= $0 + Limits.progressMilliseconds }
        guard isDue ?? true else { return }
        toldProgressAtMilliseconds = now
        logger.info("catching up", ["how far": "\(progress.text)"])
    }

    /// For a node that has no vote yet: how far it is.
    var progressProblem: String? {
        guard progress.isBehind else { return nil }
        let isVoter =
            membership?.isVoter(configuration.replica, identity.incarnation) == true
        return isVoter ? nil : "catching up: \(progress.text)"
    }
}
