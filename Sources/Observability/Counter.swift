/// Counts events since the process started.
package final class Counter: MetricInstrument {
    package static let kind = MetricKind.counter
    /// Events so far.
    package private(set) var value = 0

    package init() {}

    /// Counts `count` more events, 0 or more.
    package func increment(by count: Int = 1) {
        precondition(count >= 0, "a counter never falls")
        value += count
    }

    package func write(
        to text: inout PrometheusText, name: String, labels: [PrometheusText.Label]
    ) {
        text.sample(name, .integer(value), labels: labels)
    }
}
