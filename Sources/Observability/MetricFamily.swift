/// The instruments under one name, told apart by the values of their labels.
///
/// Who counts often asks once and keeps the instrument: `labelled` looks into a dictionary.
package final class MetricFamily<Instrument: MetricInstrument>: MetricCollector {
    private let name: String
    private let help: String
    private let labelNames: [String]
    private let make: () -> Instrument
    private var series: [[String]: Instrument] = [:]

    init(name: String, help: String, labelNames: [String], make: @escaping () -> Instrument) {
        precondition(!labelNames.isEmpty, "a family needs labels")
        self.name = name
        self.help = help
        self.labelNames = labelNames
        self.make = make
    }

    /// The instrument for these values, one per label and in the labels' order; made at first use.
    ///
    /// Label values that come from outside could grow without end, so beyond a limit of series all new
    /// values share one, whose labels say `other`.
    package func labelled(_ values: String...) -> Instrument { labelled(values) }

    /// The same with the values in an array.
    package func labelled(_ values: [String]) -> Instrument {
        precondition(values.count == labelNames.count, "one value for each label of \(name)")
        if let instrument = series[values] { return instrument }
        let isFull = series.count >= Limits.labelledSeriesMax
        let key = isFull ? labelNames.map { _ in "other" } : values
        if let instrument = series[key] { return instrument }
        let instrument = make()
        series[key] = instrument
        return instrument
    }

    /// Shows an instrument that counts something else, too, under labels that nobody has asked for yet.
    func show(_ instrument: Instrument, labelled values: [String]) {
        precondition(values.count == labelNames.count, "one value for each label of \(name)")
        if series.count < Limits.labelledSeriesMax { series[values] = instrument }
    }

    /// Writes all series, sorted by their label values, so that two scrapes can be compared by eye.
    package func collect(into text: inout PrometheusText) {
        text.family(name, Instrument.kind, help: help)
        for (values, instrument) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
        {
            let labels = zip(labelNames, values).map { PrometheusText.Label($0, $1) }
            instrument.write(to: &text, name: name, labels: labels)
        }
    }
}
