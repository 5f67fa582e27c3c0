internal import Basics
internal import EtcdMessages

/// The keys that a list shows, as a range request.
struct KeyRange {
    var request = RangeRequest()

    /// All keys that begin with `prefix`.
    static func prefix(_ prefix: [UInt8]) -> KeyRange {
        var range = KeyRange()
        range.request.key = prefix.isEmpty ? [0] : prefix
        // One zero byte stands for no end.
        range.request.rangeEnd = prefix.firstBeyondPrefix ?? [0]
        return range
    }

    /// Begins behind `key`; false if nothing of the range can lie there.
    mutating func skip(upTo key: [UInt8]) -> Bool {
        let next = key + [0]
        if request.key.lexicographicallyPrecedes(next) { request.key = next }
        return request.rangeEnd == [0] || request.key.lexicographicallyPrecedes(request.rangeEnd)
    }
}
