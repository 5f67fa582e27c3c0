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

    /// Whether all keys, which ascend, are in the union. A lease may have a million: nobody looks at each.
    func covers(ascending keys: [[UInt8]]) -> Bool {
        var comparisons = 0
        return covers(ascending: keys, comparisons: &comparisons)
    }

    /// The same, counting how often two keys were compared: it leaps from the end of an interval to the first key that
    /// is not below it, and from there to the interval that holds it.
    func covers(ascending keys: [[UInt8]], comparisons: inout Int) -> Bool {
        var (key, place) = (0, 0)
        while key < keys.count {
            place = Self.leap(from: place, to: lowers.count) { place in
                comparisons += 1
                return KeyOrder.compare(lowers[place], keys[key]) <= 0
            }
            guard place > 0 else { return false }
            guard let end = uppers[place - 1] else { return true }
            let above = Self.leap(from: key, to: keys.count) { key in
                comparisons += 1
                return KeyOrder.compare(keys[key], end) < 0
            }
            guard above > key else { return false }
            key = above
        }
        return true
    }

    /// The first index from `start` on for which `holds` is false, as it stays from there on; `end` if there is none.
    /// By steps that double, and then by halves: what is near is found soon.
    private static func leap(from start: Int, to end: Int, while holds: (Int) -> Bool) -> Int {
        var (lower, upper, step) = (start, end, 1)
        while lower + step <= end {
            guard holds(lower + step - 1) else {
                upper = lower + step - 1
                break
            }
            lower += step
            step *= 2
        }
        while lower < upper {
            let middle = (lower + upper) / 2
            if holds(middle) {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower
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
