/// Counts events since the process started.
package final class Counter: MetricInstrument {
    package static let kind = MetricKind.counter
    /// Events so far.
    package private(set) var value: UInt64 = 0

    package init() {}

    /// Counts `count` more events.
    package func increment(by count: UInt64 = 1) { value &+= count }

    package func write(
        to text: inout PrometheusText, name: String, labels: [PrometheusText.Label]
    ) {
        text.sample(name, .unsigned(value), labels: labels)
    }
}
