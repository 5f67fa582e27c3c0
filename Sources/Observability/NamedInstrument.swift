/// An instrument alone under its name.
final class NamedInstrument<Instrument: MetricInstrument>: MetricCollector {
    private let name: String
    private let help: String
    private let instrument: Instrument

    init(name: String, help: String, instrument: Instrument) {
        self.name = name
        self.help = help
        self.instrument = instrument
    }

    func collect(into text: inout PrometheusText) {
        text.family(name, Instrument.kind, help: help)
        instrument.write(to: &text, name: name, labels: [])
    }
}
