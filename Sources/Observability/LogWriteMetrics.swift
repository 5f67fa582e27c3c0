/// What goes to the disk for the log.
package struct LogWriteMetrics {
    package let bytes: Counter
    private let segmentsFilled: Gauge
    private let segmentsRevived: Gauge

    init(_ registry: MetricsRegistry) {
        bytes = registry.counter(
            "etcd_disk_wal_write_bytes_total", help: "Bytes written to the log.")
        let segments = registry.gauges(
            "synod_log_segments_made",
            help: "Files made for the log since the process started: of zeros, or of older files.",
            labels: ["of"])
        segmentsFilled = segments.labelled("zeros")
        segmentsRevived = segments.labelled("older")
    }

    /// Brings the numbers of files up to date.
    package func note(filled: UInt64, revived: UInt64) {
        segmentsFilled.set(filled)
        segmentsRevived.set(revived)
    }
}
