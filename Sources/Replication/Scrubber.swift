internal import Rows

/// Has the whole base read now and then, slowly and with its checksums, so that what rots where nobody reads is found
/// while others still have it. What is found goes the way of all damage: the base itself tells of it.
final class Scrubber {
    /// A pass that is over.
    struct Ended {
        let byteCount: Int
        let milliseconds: UInt64
        /// Why it did not come to its end; nil if it did.
        let problem: String?
    }

    private struct Pass {
        let beganMilliseconds: UInt64
        let bytesPerSecond: Int
        var byteCount = 0
        /// The next piece is read no earlier.
        var nextMilliseconds: UInt64
    }

    private let desk: BaseDesk
    private let plan: ScrubPlan
    private let onRead: (_ byteCount: Int) -> Void
    private let onEnd: (Ended) -> Void
    private var pass: Pass?
    private var isReading = false
    /// When the next pass begins; nil before it is known when this process began.
    private var nextPassMilliseconds: UInt64?
    /// The latest that was heard of.
    private var nowMilliseconds: UInt64 = 0

    init(
        _ desk: BaseDesk, _ plan: ScrubPlan, onRead: @escaping (_ byteCount: Int) -> Void,
        onEnd: @escaping (Ended) -> Void
    ) {
        self.desk = desk
        self.plan = plan
        self.onRead = onRead
        self.onEnd = onEnd
    }

    /// To be called now and then, at least as often as pieces are to be read.
    ///
    /// - Parameters:
    ///   - mayRead: whether the base has nothing to do that is more urgent.
    ///   - hasOthers: whether others can give what is damaged. Who is alone is told of it, and keeps what can be read.
    func tick(nowMilliseconds now: UInt64, mayRead: Bool, hasOthers: Bool) {
        nowMilliseconds = now
        guard plan.intervalMilliseconds > 0 else { return }
        let due =
            nextPassMilliseconds
            ?? now + min(plan.intervalMilliseconds, Limits.firstScrubMilliseconds)
        nextPassMilliseconds = due
        guard mayRead, !isReading else { return }
        if pass == nil, now >= due { begin() }
        if let pass, now >= pass.nextMilliseconds { read(pass, condemns: hasOthers) }
    }

    private func begin() {
        nextPassMilliseconds = nowMilliseconds + plan.intervalMilliseconds
        pass = Pass(
            beganMilliseconds: nowMilliseconds,
            bytesPerSecond: plan.pace(byteCount: desk.base.byteCount),
            nextMilliseconds: nowMilliseconds)
    }

    private func read(_ pass: Pass, condemns: Bool) {
        isReading = true
        let submitted = nowMilliseconds
        let bytesMax = min(
            max(1, pass.bytesPerSecond / Limits.scrubPiecesPerSecond), Limits.scrubPieceBytesMax)
        desk.submit(.scrub(bytesMax: bytesMax, condemns: condemns)) { [self] outcome in
            guard case .scrubbed(let byteCount, let progress) = outcome else {
                preconditionFailure("a piece of a pass was asked for: \(outcome)")
            }
            isReading = false
            var pass = pass
            pass.byteCount += byteCount
            pass.nextMilliseconds =
                submitted + UInt64(byteCount) * 1_000 / UInt64(pass.bytesPerSecond)
            self.pass = pass
            onRead(byteCount)
            follow(progress, of: pass)
        }
    }

    private func follow(_ progress: ScrubProgress, of pass: Pass) {
        switch progress {
        case .underWay: break
        case .complete: end(pass, nil)
        case .brokenOff(let reason): end(pass, reason)
        }
    }

    private func end(_ pass: Pass, _ problem: String?) {
        self.pass = nil
        onEnd(
            Ended(
                byteCount: pass.byteCount, milliseconds: nowMilliseconds - pass.beganMilliseconds,
                problem: problem))
    }
}
