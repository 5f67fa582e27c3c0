/// Who wrote what: finds the operation behind a value.
struct WriterTable {
    private struct Written: Hashable {
        let key: Int
        let bytes: [UInt8]
    }

    private var values: [Written: [Int]] = [:]
    private var tokens: [Written: [Int]] = [:]
    /// By key, the lengths that its tokens have, each once.
    private var tokenLengths: [[Int]] = []

    /// Notes that an operation may write a value or append a token.
    mutating func add(_ effect: Effect, key: Int, operation: Int) {
        switch effect {
        case .set(let value):
            Self.note(operation, &values[Written(key: key, bytes: value), default: []])
        case .append(let token):
            Self.note(operation, &tokens[Written(key: key, bytes: token), default: []])
            while tokenLengths.count <= key { tokenLengths.append([]) }
            if !tokenLengths[key].contains(token.count) { tokenLengths[key].append(token.count) }
        case .delete: break
        }
    }

    /// The operations that can have left the key with this value: those that put it, else those whose
    /// token it ends with.
    func writers(ofValue value: [UInt8], key: Int) -> [Int] {
        if let writers = values[Written(key: key, bytes: value)] { return writers }
        return lengths(key).flatMap { length in
            value.count < length
                ? [] : tokens[Written(key: key, bytes: Array(value.suffix(length)))] ?? []
        }
    }

    /// The operations whose token stands at the beginning of `bytes`, with its length.
    func appenders(atStartOf bytes: ArraySlice<UInt8>, key: Int) -> (
        operations: [Int], length: Int
    )? {
        for length in lengths(key) where bytes.count >= length {
            if let found = tokens[Written(key: key, bytes: Array(bytes.prefix(length)))] {
                return (found, length)
            }
        }
        return nil
    }

    /// Both lists of a transaction may write the same.
    private static func note(_ operation: Int, _ list: inout [Int]) {
        if list.last != operation { list.append(operation) }
    }

    private func lengths(_ key: Int) -> [Int] {
        tokenLengths.indices.contains(key) ? tokenLengths[key] : []
    }
}
