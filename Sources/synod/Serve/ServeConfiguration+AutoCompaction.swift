internal import Replication

extension ServeConfiguration {
    private enum CompactionMode: String, CaseIterable { case periodic, revision }

    /// As etcd reads the two flags: a number without a unit is of hours in the periodic mode, and a time in the other
    /// one makes no sense.
    static func autoCompaction(_ values: FlagValues) throws(UsageError) -> AutoCompaction {
        let mode = try values.choice("auto-compaction-mode", of: CompactionMode.self)
        let text = values.text("auto-compaction-retention")
        let source = values.source("auto-compaction-retention")
        switch mode {
        case .revision:
            guard let count = Int64(text), count >= 0 else {
                throw UsageError("\(source) must be a number of revisions, not \"\(text)\"")
            }
            return count == 0 ? .off : .revision(count: count)
        case .periodic:
            let hours = UInt64(text).map { $0.multipliedReportingOverflow(by: 3_600_000) }
            if let hours, !hours.overflow {
                return hours.partialValue == 0 ? .off : .periodic(milliseconds: hours.partialValue)
            }
            guard let milliseconds = DurationText.milliseconds(text) else {
                throw UsageError("\(source) must be hours, or a time as 30m, not \"\(text)\"")
            }
            return milliseconds == 0 ? .off : .periodic(milliseconds: milliseconds)
        }
    }
}
