internal import Basics
package import Paxos

/// What recovery found: what a core is born from, and where the log goes on.
package struct RecoveredLog {
    /// What the standard group's core is born from. Its membership is empty if none was ever recorded.
    package let state: DurableState
    /// What peers were heard to say.
    package let heard: [PeerMemory]
    /// The boot number of the last start; 0 if there was none.
    package let boot: BootNumber
    /// The newest starts whose state batch was durable, the last one last.
    let starts: [ProcessStart]
    /// What the disk could not give and nobody needs, in words for the operator.
    package let warnings: [String]
    /// Whether nothing was ever durable in this log.
    package var isEmpty: Bool { segments.isEmpty }

    let logState: LogState
    /// What the store has durably.
    let storedUpTo: Slot
    let segments: [SegmentIndex]
    /// Offset behind the last whole batch of the last segment.
    package let end: Int
    let chain: UInt32
    let nextBatch: UInt64
    /// The highest slot of any value.
    let highestSlot: Slot
    /// The last segment, if it holds no records and nothing was written behind its batches: it is used again.
    let reusable: Reusable?
    /// A prepared segment behind the last one.
    let spare: SegmentSurvey.Unused?
    /// The rare things that were met on the way.
    let marks: MarkCounter<LogMark>

    struct Reusable {
        let byteCount: Int
        let former: FormerContents
    }
}
