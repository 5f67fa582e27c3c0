/// How far a node is behind, for `/metrics`.
package struct CatchUpMetrics {
    package let slotsBehind: Gauge
    package let bytesPerSecond: Gauge
    package let secondsLeft: Gauge

    init(_ registry: MetricsRegistry) {
        slotsBehind = registry.gauge(
            "synod_catch_up_slots_behind",
            help: "Slots that others know to be decided and that are not applied here.")
        bytesPerSecond = registry.gauge(
            "synod_catch_up_bytes_per_second",
            help: "Bytes of decided values applied, and of snapshots taken, in a second.")
        secondsLeft = registry.gauge(
            "synod_catch_up_seconds_left",
            help:
                "Seconds until nothing is missing, at this pace; 2147483647 if no end is to be seen."
        )
    }
}
