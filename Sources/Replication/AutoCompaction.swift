/// `--auto-compaction-mode` and `--auto-compaction-retention`: what of the past is kept by itself.
package enum AutoCompaction: Equatable, Sendable {
    /// Everything, until somebody compacts.
    case off
    /// What was the state within so long a time.
    case periodic(milliseconds: UInt64)
    /// So many revisions.
    case revision(count: Int64)
}
