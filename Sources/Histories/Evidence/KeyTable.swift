/// Numbers for keys, in the order in which they are first met.
struct KeyTable {
    private(set) var keys: [[UInt8]] = []
    private var numbers: [[UInt8]: Int] = [:]

    mutating func number(_ key: [UInt8]) -> Int {
        if let number = numbers[key] { return number }
        numbers[key] = keys.count
        keys.append(key)
        return keys.count - 1
    }

    /// The number of a key that was met before.
    func known(_ key: [UInt8]) -> Int? { numbers[key] }

    /// The number of a key that must have been met before.
    func mustKnow(_ key: [UInt8]) -> Int {
        guard let number = numbers[key] else { preconditionFailure("a key that was never met") }
        return number
    }
}
