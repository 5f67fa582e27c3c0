/// How often all that the base holds is read for its checksums, and how fast.
package struct ScrubPlan: Equatable, Sendable {
    /// From the beginning of one pass to that of the next; 0: never.
    package var intervalMilliseconds: UInt64
    /// Bytes of files that are read in a second. More of a base so large that half the interval would not do.
    package var bytesPerSecond: Int

    package init(intervalMilliseconds: UInt64, bytesPerSecond: Int = Self.standardBytesPerSecond) {
        self.intervalMilliseconds = intervalMilliseconds
        self.bytesPerSecond = bytesPerSecond
    }

    /// A twentieth of what a disk reads at 160 MiB a second.
    package static let standardBytesPerSecond = 8 << 20
    /// Once a day.
    package static let standard = ScrubPlan(intervalMilliseconds: 86_400_000)
    package static let off = ScrubPlan(intervalMilliseconds: 0)

    /// The pace of a pass over so many bytes.
    func pace(byteCount: Int) -> Int {
        let half = max(1, Int(clamping: intervalMilliseconds / 2))
        return max(bytesPerSecond, Int((Double(byteCount) * 1_000 / Double(half)).rounded(.up)))
    }
}
