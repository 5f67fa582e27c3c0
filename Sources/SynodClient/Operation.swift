/// A step of a transaction.
public enum Operation: Sendable, Hashable {
    case get(KeyRange, GetOptions = GetOptions())
    /// `lease`: the key goes with it; 0: with none.
    case put(key: [UInt8], value: [UInt8], returnsPrevious: Bool = false, lease: Int64 = 0)
    case delete(KeyRange, returnsPrevious: Bool = false)
    indirect case transaction(compare: [Compare], success: [Operation], failure: [Operation])
}

/// What a step of a transaction gave.
public enum OperationResult: Sendable, Hashable {
    case get(GetResult)
    case put(PutResult)
    case delete(DeleteResult)
    indirect case transaction(TransactionResult)
}

/// How a read-modify-write changes a value.
public enum Modification: Sendable, Hashable {
    /// Writes `value` if the key holds `expected`; nil means that the key must not exist.
    case compareAndSet(expected: [UInt8]?, value: [UInt8])
    /// Adds to a decimal number; a missing key counts as 0.
    case add(Int64)
    /// Adds bytes at the end of the value; a missing key counts as empty.
    case append([UInt8])
    /// Writes the value if the key does not exist.
    case setIfAbsent([UInt8])
}
