/// Writes whole metrics, with their HELP and TYPE lines, each time somebody asks.
package protocol MetricCollector: AnyObject {
    func collect(into text: inout PrometheusText)
}
