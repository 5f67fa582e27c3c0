/// How apply goes on while the base cannot take in another flush: slower and slower, so that writes are answered late
/// rather than not at all for a while, and never beyond two generations (P31).
struct ApplyPace {
    /// When the wait began, and what was not flushed then.
    private var beginning: (milliseconds: UInt64, unflushedBytes: Int)?

    /// Whether apply must wait. What is left up to two generations is given out so that some is always left: half of
    /// it in `Limits.slowApplyMilliseconds`, half of the rest in twice as long.
    ///
    /// - Parameter isHeldUp: asked when more than a generation is not flushed: whether a flush is due and cannot begin.
    mutating func mustWait(
        unflushedBytes: Int, plan: MemoryPlan, nowMilliseconds: UInt64, isHeldUp: () -> Bool
    ) -> Bool {
        let most = 2 * plan.generationBytes
        if unflushedBytes > most { return true }
        guard unflushedBytes > plan.generationBytes, isHeldUp() else {
            beginning = nil
            return false
        }
        let start = beginning ?? (nowMilliseconds, unflushedBytes)
        beginning = start
        let patience = Double(Limits.slowApplyMilliseconds)
        let share = patience / (patience + Double(nowMilliseconds - start.milliseconds))
        return unflushedBytes > most - Int(Double(most - start.unflushedBytes) * share)
    }
}
