internal import MVCC

/// A union of key intervals, of which no two touch.
struct KeyIntervals {
    /// Ascending; `uppers` has nil at most for the last one.
    private var lowers: [[UInt8]] = []
    private var uppers: [[UInt8]?] = []

    init(_ intervals: [KeyInterval]) {
        let sorted = intervals.sorted { KeyOrder.compare($0.lower, $1.lower) < 0 }
        for interval in sorted where !interval.isEmpty { add(interval) }
    }

    /// Adds an interval that begins at none of the others' left.
    private mutating func add(_ interval: KeyInterval) {
        guard let last = uppers.indices.last,
            uppers[last].map({ KeyOrder.compare($0, interval.lower) >= 0 }) ?? true
        else {
            lowers.append(interval.lower)
            uppers.append(interval.upper)
            return
        }
        guard let end = uppers[last] else { return }
        guard let upper = interval.upper else { return uppers[last] = nil }
        if KeyOrder.compare(upper, end) > 0 { uppers[last] = upper }
    }

    func covers(_ key: [UInt8]) -> Bool {
        guard let place = place(of: key) else { return false }
        guard let end = uppers[place] else { return true }
        return KeyOrder.compare(key, end) < 0
    }

    /// Whether all keys that the interval may hold are in the union: none is of an interval that holds none.
    func covers(_ interval: KeyInterval) -> Bool {
        if case .single(let key) = interval { return covers(key) }
        guard !interval.isEmpty, let place = place(of: interval.lower) else { return false }
        guard let end = uppers[place] else { return true }
        guard let upper = interval.upper else { return false }
        return KeyOrder.compare(upper, end) <= 0
    }

    /// The last interval that begins at `key` or below.
    private func place(of key: [UInt8]) -> Int? {
        var (lower, upper) = (0, lowers.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if KeyOrder.compare(lowers[middle], key) <= 0 {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower == 0 ? nil : lower - 1
    }
}

extension KeyInterval {
    /// No key can lie in it.
    fileprivate var isEmpty: Bool {
        guard case .bounded(let lower, let upper) = self else { return false }
        return KeyOrder.compare(lower, upper) >= 0
    }
}
