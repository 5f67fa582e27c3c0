/// The kind of a metric, as the exposition format names it.
package enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}
