import Testing

@testable import SynodClient
@testable import synod

/// What `synod status` says of a node that catches up.
@Suite struct StatusCommandTests {
    private func status(_ slots: UInt64, _ rate: UInt64, _ seconds: UInt64?) -> StatusResult {
        StatusResult(
            info: ResponseInfo(), version: "3.6.0", storedBytes: 0, leader: 0, ballotRound: 0,
            decidedSlot: 0, appliedSlot: 0, isLearner: false, errors: [], slotsBehind: slots,
            catchUpBytesPerSecond: rate, catchUpSecondsLeft: seconds)
    }

    @Test func whoIsBehindSaysHowFar() {
        #expect(StatusCommand.behind(status(0, 0, nil)) == "-")
        #expect(StatusCommand.behind(status(8_000, 64_000, 4)) == "8000 slots, 64000 B/s, 4 s")
        #expect(StatusCommand.behind(status(8_000, 0, nil)) == "8000 slots, 0 B/s")
    }

    @Test func anEstimateIsThereOrNot() {
        let names = StatusCommand.progress(status(8_000, 64_000, 4)).map(\.0)
        #expect(names == ["slotsBehind", "catchUpBytesPerSecond", "catchUpSecondsLeft"])
        #expect(StatusCommand.progress(status(8_000, 0, nil)).map(\.0) == Array(names.prefix(2)))
    }
}
