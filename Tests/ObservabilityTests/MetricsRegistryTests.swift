import Observability
import Testing

@Suite("Metrics registry")
struct MetricsRegistryTests {
    private func text(_ registry: MetricsRegistry) -> String {
        String(decoding: registry.render(), as: UTF8.self)
    }

    @Test("counters and gauges")
    func simple() {
        let registry = MetricsRegistry()
        let counter = registry.counter("a_total", help: "Counts.")
        let gauge = registry.gauge("b", help: "Measures.")
        counter.increment()
        counter.increment(by: 41)
        gauge.set(true)
        #expect(
            text(registry) == """
                # HELP a_total Counts.
                # TYPE a_total counter
                a_total 42
                # HELP b Measures.
                # TYPE b gauge
                b 1

                """)
        gauge.value = 0.25
        #expect(text(registry).hasSuffix("b 0.25\n"))
        gauge.raise(to: 0.125)
        #expect(gauge.value == 0.25)
        gauge.raise(to: 2)
        #expect(gauge.value == 2)
    }

    @Test("a histogram's buckets add up, bounds are inclusive, times are in seconds")
    func histogram() {
        let registry = MetricsRegistry()
        let histogram = registry.histogram(
            "t_seconds", help: "Times.", boundsNanoseconds: [1_000_000, 2_000_000])
        for nanoseconds: UInt64 in [1, 1_000_000, 1_000_001, 2_000_000, 2_000_001] {
            histogram.observe(nanoseconds: nanoseconds)
        }
        #expect(
            text(registry) == """
                # HELP t_seconds Times.
                # TYPE t_seconds histogram
                t_seconds_bucket{le="0.001"} 2
                t_seconds_bucket{le="0.002"} 4
                t_seconds_bucket{le="+Inf"} 5
                t_seconds_sum 0.006000003
                t_seconds_count 5

                """)
    }

    @Test("families are sorted, and keep one instrument for the same labels")
    func families() {
        let registry = MetricsRegistry()
        let family = registry.counters("c_total", help: "H.", labels: ["x", "y"])
        family.labelled("b", "1").increment()
        family.labelled("a", "2").increment(by: 2)
        #expect(family.labelled("b", "1") === family.labelled(["b", "1"]))
        #expect(
            text(registry) == """
                # HELP c_total H.
                # TYPE c_total counter
                c_total{x="a",y="2"} 2
                c_total{x="b",y="1"} 1

                """)
    }

    @Test("labels and help are escaped")
    func escaping() {
        let registry = MetricsRegistry()
        registry.gauges("g", help: "a\\b\n\"c\"", labels: ["l"]).labelled("a\\b\n\"c\"").set(1)
        #expect(
            text(registry) == #"""
                # HELP g a\\b\n"c"
                # TYPE g gauge
                g{l="a\\b\n\"c\""} 1

                """#)
    }

    @Test("numbers without a decimal form have the format's names")
    func numbers() {
        let registry = MetricsRegistry()
        let gauge = registry.gauge("g", help: "H.")
        for (value, expected) in [
            (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e300, "1e+300"),
            (-0.5, "-0.5"), (4_294_967_296, "4294967296"),
        ] {
            gauge.value = value
            #expect(text(registry).hasSuffix("\ng \(expected)\n"))
        }
    }

    @Test("label values without end share one series")
    func limit() {
        let registry = MetricsRegistry()
        let family = registry.counters("c_total", help: "H.", labels: ["path"])
        for number in 0..<5000 { family.labelled("\(number)").increment() }
        let lines = text(registry).split(separator: "\n")
        #expect(lines.count == 2 + 1001)
        #expect(lines.contains("c_total{path=\"other\"} 4000"))
    }

    @Test("a name twice, or no name at all, is a mistake of ours")
    func names() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry()
            _ = registry.counter("a", help: "")
            _ = registry.gauge("a", help: "")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricsRegistry().counter("a-b", help: "")
        }
    }
}
