/// All metrics of a process, in the order in which they were registered.
package final class MetricsRegistry {
    private var collectors: [any MetricCollector] = []
    private var names: Set<String> = []

    package init() {}

    /// Adds metrics that are gathered only when somebody asks.
    package func register(_ collector: some MetricCollector) { collectors.append(collector) }

    package func counter(_ name: String, help: String) -> Counter {
        add(Counter(), name, help)
    }

    package func gauge(_ name: String, help: String) -> Gauge {
        add(Gauge(), name, help)
    }

    /// A histogram of durations.
    package func histogram(_ name: String, help: String, boundsNanoseconds: [UInt64]) -> Histogram {
        add(Histogram(boundsNanoseconds: boundsNanoseconds), name, help)
    }

    package func counters(_ name: String, help: String, labels: [String]) -> MetricFamily<Counter> {
        add(name, help, labels) { Counter() }
    }

    package func gauges(_ name: String, help: String, labels: [String]) -> MetricFamily<Gauge> {
        add(name, help, labels) { Gauge() }
    }

    /// Histograms of durations.
    package func histograms(
        _ name: String, help: String, labels: [String], boundsNanoseconds: [UInt64]
    ) -> MetricFamily<Histogram> {
        add(name, help, labels) { Histogram(boundsNanoseconds: boundsNanoseconds) }
    }

    /// All metrics now, in the text exposition format.
    package func render() -> [UInt8] {
        var text = PrometheusText()
        for collector in collectors { collector.collect(into: &text) }
        return text.bytes
    }

    private func add<Instrument: MetricInstrument>(
        _ instrument: Instrument, _ name: String, _ help: String
    ) -> Instrument {
        claim(name)
        register(NamedInstrument(name: name, help: help, instrument: instrument))
        return instrument
    }

    private func add<Instrument: MetricInstrument>(
        _ name: String, _ help: String, _ labels: [String], make: @escaping () -> Instrument
    ) -> MetricFamily<Instrument> {
        claim(name)
        labels.forEach { precondition(MetricsRegistry.isName($0), "\($0) is no label name") }
        let family = MetricFamily(name: name, help: help, labelNames: labels, make: make)
        register(family)
        return family
    }

    private func claim(_ name: String) {
        precondition(MetricsRegistry.isName(name), "\(name) is no metric name")
        precondition(names.insert(name).inserted, "the metric \(name) exists already")
    }

    /// Letters, digits and underscores, not beginning with a digit.
    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                || $0 == UInt8(ascii: "_")
        }
    }
}
