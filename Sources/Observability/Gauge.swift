/// A quantity that rises and falls.
package final class Gauge: MetricInstrument {
    package static let kind = MetricKind.gauge
    /// The quantity now.
    package var value = 0.0

    package init() {}

    package func set(_ value: Int) { self.value = Double(value) }
    package func set(_ value: UInt64) { self.value = Double(value) }
    package func set(_ value: Bool) { self.value = value ? 1 : 0 }

    /// Keeps the larger of the present and the new value.
    package func raise(to value: Double) { if value > self.value { self.value = value } }

    package func write(
        to text: inout PrometheusText, name: String, labels: [PrometheusText.Label]
    ) {
        text.sample(name, .double(value), labels: labels)
    }
}
