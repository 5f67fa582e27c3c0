/// How apply goes on while the base cannot take in another flush: slower and slower, so that writes are answered late
/// rather than not at all for a while, and never beyond what may wait at most (P31).
struct ApplyPace {
    /// When the wait began, and what was not flushed then.
    private var beginning: (milliseconds: UInt64, unflushedBytes: Int)?

    /// Whether apply must wait. What is left is given out so that some is always left: half of it in
    /// `Limits.slowApplyMilliseconds`, half of the rest in twice as long.
    ///
    /// - Parameter isHeldUp: asked when a flush is due: whether it cannot begin.
    mutating func mustWait(
        unflushedBytes: Int, bounds: GenerationBounds, nowMilliseconds: UInt64, isHeldUp: () -> Bool
    ) -> Bool {
        let most = bounds.mostBytes
        if unflushedBytes > most { return true }
        guard unflushedBytes > bounds.dueBytes, isHeldUp() else {
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
