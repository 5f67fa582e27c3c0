internal import Basics
internal import Observability
internal import Paxos

/// Passes over the base.
extension Replica {
    /// Nothing is read while a snapshot is being taken over: it will have its place, and the disk is its.
    func tickScrubber(_ nowMilliseconds: UInt64) {
        scrubber?.tick(
            nowMilliseconds: nowMilliseconds, mayRead: taker?.isIdle == true, hasOthers: hasGivers)
    }

    /// Whether there is somebody now who could give what is damaged. A cluster that has lost its quorum must not lose
    /// what its last member can still read.
    private var hasGivers: Bool {
        guard leaderBallot != nil, let membership else { return false }
        return membership.seats.contains {
            $0.replica != configuration.replica && peers.isConnected($0.replica)
        }
    }

    func makeScrubber(_ desk: BaseDesk) -> Scrubber {
        Scrubber(
            desk, configuration.scrub,
            onRead: { [metrics] in metrics.scrub.bytes.increment(by: UInt64($0)) },
            onEnd: { [unowned self] in scrubEnded($0) })
    }

    private func scrubEnded(_ ended: Scrubber.Ended) {
        guard let problem = ended.problem else {
            marks.hit(.scrubPassEnded)
            metrics.scrub.passes.increment()
            metrics.scrub.lastSeconds.value = Double(ended.milliseconds) / 1_000
            return logger.info("the base was read, and is intact", Self.fields(ended))
        }
        marks.hit(.scrubBrokenOff)
        metrics.scrub.brokenOff.increment()
        logger.warning(
            "the base was not read to its end: \(problem)", Self.fields(ended))
    }

    private static func fields(_ ended: Scrubber.Ended) -> KeyValuePairs<String, LogValue> {
        [
            "bytes": .integer(ended.byteCount),
            "milliseconds": .integer(Int(ended.milliseconds)),
        ]
    }
}
