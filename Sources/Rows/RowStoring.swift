/// An ordered store of rows: keys and values that are bytes. Rows come in runs, which are taken in whole and
/// durably or not at all. All calls block; reads may come from any thread, one thread at a time writes.
package protocol RowStoring: AnyObject, Sendable {
    /// The value of a row; nil if there is none.
    func value(of key: [UInt8]) throws(RowError) -> [UInt8]?

    /// Calls `body` with the rows from `lower` up to, but without, `upper`, as they are now, in order or against
    /// it, until it returns false. Keys and values are valid within the call only.
    func visit(
        from lower: [UInt8], to upper: [UInt8], descending: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(RowError)

    /// An empty run. One that is not taken in is dropped without a trace.
    ///
    /// - Parameter kind: how a store may lay out the rows; which rows are there does not depend on it.
    func makeRun(_ kind: RunKind) throws(RowError) -> any RowRun

    /// Takes in the rows of all runs, whose ranges of keys do not overlap, in one step: after a crash all of them
    /// are there, or none. Durable when it returns. Empty runs are left out.
    func takeIn(_ runs: [any RowRun]) throws(RowError)

    /// From here on nobody reads what a durable compacted revision of `revision` makes obsolete
    /// (`RowLayout.isObsolete`): such rows may go, at any time or never.
    func forget(compactedRevision revision: Int64) throws(RowError)

    /// The revision of the last `forget`; the lowest number before the first one.
    var forgottenRevision: Int64 { get }

    /// Whether more runs now would make reads slow: whoever flushes should wait.
    var isBehind: Bool { get }

    /// Bytes that all rows take.
    var byteCount: Int { get }
}

/// How the rows of a run are read later.
package enum RunKind: Sendable {
    /// One here, one there, as clients ask for keys.
    case singly
    /// Seldom, and mostly one after another: changes.
    case inOrder
}

/// Rows on their way into a store.
package protocol RowRun: AnyObject {
    /// Adds a row. Its key is above all that were added before.
    func put(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(RowError)
    /// Takes a row away. Its key is above all that were added before.
    func delete(_ key: UnsafeRawBufferPointer) throws(RowError)
}

extension RowRun {
    package func put(_ key: [UInt8], _ value: [UInt8]) throws(RowError) {
        try borrow(key) { key throws(RowError) in
            try borrow(value) { value throws(RowError) in try put(key, value) }
        }
    }

    package func delete(_ key: [UInt8]) throws(RowError) {
        try borrow(key) { key throws(RowError) in try delete(key) }
    }
}

/// A store of rows that failed, in words. Nothing more is read from it.
package struct RowError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// Rows are not as they were written.
        case damage
        /// There was no room for new ones; those that were there are as they were.
        case noSpace
        /// A call failed.
        case failure
    }

    package let description: String
    package let kind: Kind

    package init(_ description: String, _ kind: Kind = .damage) {
        self.description = description
        self.kind = kind
    }

    package var isDamage: Bool { kind == .damage }
}

/// `withUnsafeBytes` with a typed error.
func borrow<Result>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(RowError) -> Result
) throws(RowError) -> Result {
    let outcome: Swift.Result<Result, RowError> = bytes.withUnsafeBytes { buffer in
        do throws(RowError) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    return try outcome.get()
}
