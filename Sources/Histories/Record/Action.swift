/// What a client asks of the store.
package enum Action: Sendable, Hashable {
    case get(key: [UInt8], Reading)
    case put(key: [UInt8], value: [UInt8])
    case delete(key: [UInt8])
    /// Adds the token at the end of the value; a missing key counts as empty.
    case append(key: [UInt8], token: [UInt8])
    /// Writes the value if the key holds `expected`; nil means that the key must not exist.
    case compareAndSet(key: [UInt8], expected: [UInt8]?, value: [UInt8])
    /// Several keys in one step.
    case transaction(Transaction)

    /// The one key; nil for a transaction.
    package var key: [UInt8]? {
        switch self {
        case .get(let key, _), .put(let key, _), .delete(let key), .append(let key, _),
            .compareAndSet(let key, _, _):
            key
        case .transaction: nil
        }
    }

    /// It changes nothing, whatever it finds.
    package var isRead: Bool {
        switch self {
        case .get: true
        case .put, .delete, .append, .compareAndSet: false
        case .transaction(let transaction): transaction.isRead
        }
    }
}
