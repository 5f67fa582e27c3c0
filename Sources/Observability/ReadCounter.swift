/// A counter that somebody else keeps: read when the metrics are.
package final class ReadCounter: MetricCollector {
    private let name: String
    private let help: String
    private let read: () -> UInt64

    package init(_ name: String, help: String, read: @escaping () -> UInt64) {
        self.name = name
        self.help = help
        self.read = read
    }

    package func collect(into text: inout PrometheusText) {
        text.family(name, .counter, help: help)
        text.sample(name, .unsigned(read()))
    }
}
