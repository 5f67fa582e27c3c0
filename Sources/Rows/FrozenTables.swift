/// The tables of the state machine as they were at one slot. What is large is written out only when it is asked for, by
/// the thread that writes the flush: the loop waits for none of it.
package struct FrozenTables: Sendable {
    private let make: @Sendable () -> [TableRow]

    /// - Parameter make: writes them out; called once for each attempt to write the flush.
    package init(_ make: @escaping @Sendable () -> [TableRow]) { self.make = make }

    package init(_ rows: [TableRow]) { make = { rows } }

    /// All of them as rows.
    package var rows: [TableRow] { make() }
}
