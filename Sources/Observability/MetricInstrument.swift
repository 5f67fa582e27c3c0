/// A thing that counts or measures, without a name: one alone under a name, or many under a name and
/// labels. All instruments belong to the event loop's thread; they have no locks.
package protocol MetricInstrument: AnyObject {
    static var kind: MetricKind { get }

    /// Writes the instrument's samples under `name` with `labels`.
    func write(to text: inout PrometheusText, name: String, labels: [PrometheusText.Label])
}
