import Testing

@testable import Replication

/// What a node that lags says of itself.
struct CatchUpProgressTests {
    private func sample(
        _ at: UInt64, known: UInt64, applied: UInt64, bytes: UInt64 = 0
    ) -> CatchUpProgress.Sample {
        CatchUpProgress.Sample(
            atMilliseconds: at, knownUpTo: known, appliedUpTo: applied, bytes: bytes)
    }

    @Test func theEndIsEstimatedFromTheLastSecond() {
        var progress = CatchUpProgress()
        #expect(progress.isDue(5))
        progress.note(sample(5, known: 10_000, applied: 0))
        #expect(progress.slotsBehind == 10_000)
        #expect(progress.secondsLeft == nil)
        #expect(!progress.isDue(1_004))
        #expect(progress.isDue(1_005))
        // 2,500 applied, 500 new ones: 2,000 nearer in a second.
        progress.note(sample(1_005, known: 10_500, applied: 2_500, bytes: 64_000))
        #expect(progress.slotsBehind == 8_000)
        #expect(progress.bytesPerSecond == 64_000)
        #expect(progress.secondsLeft == 4)
        #expect(
            progress.text.contains("8000 slots behind, 64000 bytes per second, about 4 seconds"))
    }

    @Test func aSnapshotOnItsWayCounts() {
        var progress = CatchUpProgress()
        var moment = sample(0, known: 100, applied: 0)
        moment.missingSnapshotBytes = 10_000
        progress.note(moment)
        #expect(progress.isBehind)
        moment = sample(1_000, known: 100, applied: 0, bytes: 2_000)
        moment.missingSnapshotBytes = 8_000
        progress.note(moment)
        #expect(progress.bytesPerSecond == 2_000)
        #expect(progress.secondsLeft == 5)
        #expect(progress.text.contains("8000 bytes of a snapshot missing"))
        progress.note(sample(2_000, known: 100, applied: 100, bytes: 10_000))
        #expect(!progress.isBehind)
        #expect(progress.secondsLeft == 0)
    }

    @Test func nobodyPromisesAnEndThatDoesNotComeNearer() {
        var progress = CatchUpProgress()
        progress.note(sample(0, known: 5_000, applied: 0))
        progress.note(sample(1_000, known: 7_000, applied: 1_000))
        #expect(progress.secondsLeft == nil)
        progress.note(sample(2_000, known: 7_000, applied: 7_000))
        #expect(progress.slotsBehind == 0)
        #expect(progress.secondsLeft == 0)
    }
}
