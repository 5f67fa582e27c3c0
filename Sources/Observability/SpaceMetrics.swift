/// What the disk has no room for.
package struct SpaceMetrics {
    package let logLacks: Gauge
    package let baseLacks: Gauge

    init(_ registry: MetricsRegistry) {
        logLacks = registry.gauge(
            "synod_log_lacks_space",
            help: "1 while the disk has no room for the next file of the log, or for its reserve.")
        baseLacks = registry.gauge(
            "synod_base_lacks_space",
            help: "1 while the disk has no room for a flush to the base.")
    }
}
