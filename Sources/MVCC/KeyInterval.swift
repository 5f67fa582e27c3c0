/// A set of neighbouring keys, as requests name it by a key and a range end.
package enum KeyInterval: Equatable, Sendable {
    /// Exactly this key.
    case single([UInt8])
    /// All keys from `lower` on, without `upper` and what follows it; empty if `upper` is not above `lower`.
    case bounded(lower: [UInt8], upper: [UInt8])
    /// All keys from `lower` on.
    case unbounded(lower: [UInt8])

    /// The keys that a request with `key` and `rangeEnd` means: no range end is the key alone, one
    /// zero byte is everything from the key on, anything else the first key not included.
    package init(key: [UInt8], rangeEnd: [UInt8]) {
        if rangeEnd.isEmpty {
            self = .single(key)
        } else if rangeEnd == [0] {
            self = .unbounded(lower: key)
        } else {
            self = .bounded(lower: key, upper: rangeEnd)
        }
    }

    /// The first key that may lie in the interval.
    package var lower: [UInt8] {
        switch self {
        case .single(let key): key
        case .bounded(let lower, _): lower
        case .unbounded(let lower): lower
        }
    }

    /// The first key above the interval; nil if nothing is above it.
    package var upper: [UInt8]? {
        switch self {
        case .single(let key): key + [0]
        case .bounded(_, let upper): upper
        case .unbounded: nil
        }
    }

    /// Whether `key` lies in the interval.
    package func contains(_ key: [UInt8]) -> Bool {
        switch self {
        case .single(let only):
            return key == only
        case .bounded(let lower, let upper):
            return KeyOrder.compare(key, lower) >= 0 && KeyOrder.compare(key, upper) < 0
        case .unbounded(let lower):
            return KeyOrder.compare(key, lower) >= 0
        }
    }

    /// What is left of the interval above `key` (ascending) or below it (descending).
    package func remainder(after key: [UInt8], descending: Bool) -> KeyInterval {
        if descending { return .bounded(lower: lower, upper: key) }
        guard let upper else { return .unbounded(lower: key + [0]) }
        return .bounded(lower: key + [0], upper: upper)
    }

    /// What of the interval lies at `key`, which is in it, or above.
    func from(_ key: [UInt8]) -> KeyInterval {
        guard let upper else { return .unbounded(lower: key) }
        return .bounded(lower: key, upper: upper)
    }

    /// What of the interval a scan saw that left `rest`.
    package func part(before rest: KeyInterval?, descending: Bool) -> KeyInterval {
        guard let rest else { return self }
        if !descending { return .bounded(lower: lower, upper: rest.lower) }
        guard let lower = rest.upper else { return self }
        guard let upper else { return .unbounded(lower: lower) }
        return .bounded(lower: lower, upper: upper)
    }
}
