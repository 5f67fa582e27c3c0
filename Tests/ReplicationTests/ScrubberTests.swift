import Rows
import Testing

@testable import Replication

/// When the base is read, and how fast, by a clock that is the test's.
@Suite("Passes over the base")
struct ScrubberTests {
    private let base = ScriptedBase()
    private let desk: BaseDesk
    private static let minute: UInt64 = 60_000
    private static let hour: UInt64 = 3_600_000

    private final class Told {
        var bytes = 0
        var ended: [Scrubber.Ended] = []
    }

    private let told = Told()

    init() { desk = BaseDesk(base) }

    private func scrubber(_ plan: ScrubPlan) -> Scrubber {
        Scrubber(
            desk, plan, onRead: { [told] in told.bytes += $0 },
            onEnd: { [told] in told.ended.append($0) })
    }

    /// The times at which pieces were asked for until `end`, looked at every `step`; each is at once what `answer` says of it.
    private func pieces(
        _ scrubber: Scrubber, until end: UInt64, step: UInt64,
        mayRead: (UInt64) -> Bool = { _ in true },
        answer: (_ piece: Int) -> (Int, ScrubProgress)
    ) -> [UInt64] {
        var times: [UInt64] = []
        for now in stride(from: UInt64(0), through: end, by: Int(step)) {
            scrubber.tick(nowMilliseconds: now, mayRead: mayRead(now), hasOthers: true)
            guard base.operations.count > times.count else { continue }
            times.append(now)
            let (byteCount, progress) = answer(times.count)
            base.complete(.scrubbed(byteCount: byteCount, progress))
            desk.drainCompletions()
        }
        return times
    }

    @Test(
        "the first pass soon after the start, the others an interval after the beginning of the one before"
    )
    func times() {
        let scrubber = scrubber(ScrubPlan(intervalMilliseconds: Self.hour))
        let times = pieces(scrubber, until: 3 * Self.hour, step: 1_000) { _ in (10, .complete) }
        #expect(times == [10, 70, 130].map { $0 * Self.minute })
        #expect(told.ended.count == 3 && told.bytes == 30)
        #expect(told.ended.allSatisfy { $0.problem == nil && $0.byteCount == 10 })
    }

    @Test("a short interval begins with itself; none never")
    func shortInterval() {
        let short = scrubber(ScrubPlan(intervalMilliseconds: 2_000))
        let times = pieces(short, until: 7_000, step: 10) { _ in (10, .complete) }
        #expect(times == [2_000, 4_000, 6_000])
        let off = ScriptedBase()
        let never = Scrubber(BaseDesk(off), .off, onRead: { _ in }, onEnd: { _ in })
        for day in 0...10 as ClosedRange<UInt64> {
            never.tick(nowMilliseconds: day * 24 * Self.hour, mayRead: true, hasOthers: true)
        }
        #expect(off.operations.isEmpty)
    }

    @Test("a pass reads no faster than its plan says, in pieces, one at a time")
    func pace() throws {
        let plan = ScrubPlan(intervalMilliseconds: Self.hour, bytesPerSecond: 8_000)
        let times = pieces(scrubber(plan), until: 11 * Self.minute, step: 10) { piece in
            (1_000, piece < 33 ? .underWay : .complete)
        }
        let start = 10 * Self.minute
        // An eighth of a second is twelve and a half looks.
        #expect(times == (0..<33).map { start + $0 * 130 })
        #expect(told.ended.map(\.byteCount) == [33_000])
        #expect(told.ended.map(\.milliseconds) == [32 * 130])
        for operation in base.operations {
            guard case .scrub(let bytesMax, condemns: true) = operation else {
                Issue.record("\(operation)"); return
            }
            #expect(bytesMax == 1_000)
        }
        let waiting = ScriptedBase()
        let slow = Scrubber(BaseDesk(waiting), plan, onRead: { _ in }, onEnd: { _ in })
        for now in stride(from: UInt64(0), to: Self.hour, by: 1_000) {
            slow.tick(nowMilliseconds: now, mayRead: true, hasOthers: true)
        }
        #expect(waiting.operations.count == 1, "the second one waits for the first")
    }

    @Test("a large base is read in half the interval")
    func largeBase() {
        let day = ScrubPlan.standard
        #expect(day.pace(byteCount: 100 << 30) == 8 << 20)
        #expect(day.pace(byteCount: 43_200 * 100_000_000) == 100_000_000)
        #expect(ScrubPlan(intervalMilliseconds: 1).pace(byteCount: 1 << 20) == 1_000 << 20)
    }

    @Test("nothing is read while there is something more urgent; the pass goes on afterwards")
    func urgent() {
        let plan = ScrubPlan(intervalMilliseconds: 10_000, bytesPerSecond: 8)
        let times = pieces(
            scrubber(plan), until: 28_000, step: 1_000, mayRead: { $0 < 12_000 || $0 >= 26_000 }
        ) { piece in (8, piece < 5 ? .underWay : .complete) }
        #expect(times == [10, 11, 26, 27, 28].map { $0 * 1_000 })
        #expect(told.ended.map(\.byteCount) == [40])
    }

    @Test("a pass that is broken off is told of, and the next one comes at its time")
    func brokenOff() {
        let plan = ScrubPlan(intervalMilliseconds: 10_000)
        let times = pieces(scrubber(plan), until: 25_000, step: 1_000) { piece in
            piece == 1 ? (0, .brokenOff("no room")) : (5, .complete)
        }
        #expect(times == [10_000, 20_000])
        #expect(told.ended.map(\.problem) == ["no room", nil])
    }
}
