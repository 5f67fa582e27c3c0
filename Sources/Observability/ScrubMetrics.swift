/// Passes that read the whole base for its checksums.
package struct ScrubMetrics {
    package let passes: Counter
    package let brokenOff: Counter
    package let bytes: Counter
    package let lastSeconds: Gauge

    init(_ registry: MetricsRegistry) {
        passes = registry.counter(
            "synod_scrub_passes_total", help: "Passes over the whole base that found it intact.")
        brokenOff = registry.counter(
            "synod_scrub_passes_broken_off_total",
            help:
                "Passes over the base that did not come to their end, for want of room for instance."
        )
        bytes = registry.counter(
            "synod_scrubbed_bytes_total", help: "Bytes of the base that such passes read.")
        lastSeconds = registry.gauge(
            "synod_scrub_last_pass_seconds", help: "How long the last whole pass took.")
    }
}
