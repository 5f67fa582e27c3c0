internal import EtcdMessages

/// The keys that a list shows, as a range request.
struct KeyRange {
    var request = RangeRequest()

    /// All keys that begin with `prefix`.
    static func prefix(_ prefix: [UInt8]) -> KeyRange {
        var range = KeyRange()
        range.request.key = prefix.isEmpty ? [0] : prefix
        range.request.rangeEnd = end(ofPrefix: prefix)
        return range
    }

    /// Begins behind `key`; false if nothing of the range can lie there.
    mutating func skip(upTo key: [UInt8]) -> Bool {
        let next = key + [0]
        if request.key.lexicographicallyPrecedes(next) { request.key = next }
        return request.rangeEnd == [0] || request.key.lexicographicallyPrecedes(request.rangeEnd)
    }

    /// The first key above all with the prefix: its last byte below 0xff raised by one, what follows
    /// dropped. One zero byte, which stands for no end, if there is no such byte.
    private static func end(ofPrefix prefix: [UInt8]) -> [UInt8] {
        guard let last = prefix.lastIndex(where: { $0 < 0xff }) else { return [0] }
        var end = Array(prefix[...last])
        end[last] += 1
        return end
    }
}
