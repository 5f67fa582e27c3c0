/// How far a node is behind, how fast it comes nearer, and how long that will take. Looked at once a second.
package struct CatchUpProgress: Equatable, Sendable {
    /// What was known and applied at some moment.
    struct Sample: Equatable {
        let atMilliseconds: UInt64
        /// The highest slot that anybody is known to have decided.
        let knownUpTo: UInt64
        let appliedUpTo: UInt64
        /// Bytes of values applied, and of snapshots taken, in this life.
        let bytes: UInt64
        /// Bytes of a snapshot on its way that have not come; nil if none is.
        var missingSnapshotBytes: UInt64?
    }

    /// Decided slots that are not applied here, as far as is known.
    package private(set) var slotsBehind: UInt64 = 0
    /// Bytes of decided values applied, and of snapshots taken, in a second.
    package private(set) var bytesPerSecond: UInt64 = 0
    /// Seconds until nothing is missing, at the pace of the last seconds; nil while there is no end to be seen.
    package private(set) var secondsLeft: UInt64?
    /// Bytes of a snapshot on its way that have not come.
    package private(set) var missingSnapshotBytes: UInt64?
    private var last: Sample?

    /// Samples are this far apart.
    private static let intervalMilliseconds: UInt64 = 1_000

    /// Whether this node catches up; what lacks fewer slots is on its way as always.
    package var isBehind: Bool {
        slotsBehind >= Limits.slotsWorthTelling || missingSnapshotBytes != nil
    }

    func isDue(_ nowMilliseconds: UInt64) -> Bool {
        last.map { nowMilliseconds >= $0.atMilliseconds + Self.intervalMilliseconds } ?? true
    }

    mutating func note(_ sample: Sample) {
        slotsBehind = sample.knownUpTo - min(sample.knownUpTo, sample.appliedUpTo)
        missingSnapshotBytes = sample.missingSnapshotBytes
        defer { last = sample }
        guard let last, sample.atMilliseconds > last.atMilliseconds else { return }
        let milliseconds = sample.atMilliseconds - last.atMilliseconds
        bytesPerSecond = (sample.bytes - last.bytes) * 1_000 / milliseconds
        if let missing = missingSnapshotBytes {
            // Rounded up: what follows the snapshot is not counted.
            secondsLeft = bytesPerSecond == 0 ? nil : missing / bytesPerSecond + 1
            return
        }
        let before = last.knownUpTo - min(last.knownUpTo, last.appliedUpTo)
        let nearer = before > slotsBehind ? before - slotsBehind : 0
        secondsLeft =
            slotsBehind == 0 ? 0 : nearer == 0 ? nil : slotsBehind * milliseconds / nearer / 1_000
    }

    /// In words, for people.
    package var text: String {
        let missing = missingSnapshotBytes.map { "\($0) bytes of a snapshot missing, " } ?? ""
        let rate = "\(slotsBehind) slots behind, \(missing)\(bytesPerSecond) bytes per second"
        return secondsLeft.map { "\(rate), about \($0) seconds left" } ?? rate
    }
}
