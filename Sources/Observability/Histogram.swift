/// How durations are distributed over fixed buckets. Counts nanoseconds in integers; only the text is in
/// seconds.
package final class Histogram: MetricInstrument {
    package static let kind = MetricKind.histogram
    /// The upper bounds of the buckets, inclusive, ascending, in nanoseconds.
    package let boundsNanoseconds: [UInt64]
    /// Observations per bucket, not summed up; the last bucket has no upper bound.
    package private(set) var bucketCounts: [UInt64]
    /// All observed durations together, in nanoseconds.
    package private(set) var sumNanoseconds: UInt64 = 0

    package init(boundsNanoseconds: [UInt64]) {
        precondition(!boundsNanoseconds.isEmpty, "a histogram needs a bound")
        precondition(
            zip(boundsNanoseconds, boundsNanoseconds.dropFirst()).allSatisfy { $0 < $1 },
            "the bounds of a histogram ascend")
        self.boundsNanoseconds = boundsNanoseconds
        bucketCounts = Array(repeating: 0, count: boundsNanoseconds.count + 1)
    }

    /// `count` bounds of which each is twice the one before.
    package static func doublingBounds(fromNanoseconds first: UInt64, count: Int) -> [UInt64] {
        (0..<count).map { first << UInt64($0) }
    }

    /// Observations so far.
    package var count: UInt64 { bucketCounts.reduce(0, +) }

    /// Counts one duration.
    package func observe(nanoseconds: UInt64) {
        var bucket = 0
        while bucket < boundsNanoseconds.count && nanoseconds > boundsNanoseconds[bucket] {
            bucket += 1
        }
        bucketCounts[bucket] += 1
        sumNanoseconds &+= nanoseconds
    }

    package func write(
        to text: inout PrometheusText, name: String, labels: [PrometheusText.Label]
    ) {
        var total: UInt64 = 0
        for (bound, count) in zip(boundsNanoseconds, bucketCounts) {
            total += count
            let label = PrometheusText.Label("le", PrometheusText.seconds(bound).text)
            text.sample(name + "_bucket", .unsigned(total), labels: labels + [label])
        }
        let infinity = PrometheusText.Label("le", "+Inf")
        text.sample(name + "_bucket", .unsigned(count), labels: labels + [infinity])
        text.sample(name + "_sum", PrometheusText.seconds(sumNanoseconds), labels: labels)
        text.sample(name + "_count", .unsigned(count), labels: labels)
    }
}
