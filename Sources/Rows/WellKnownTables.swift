/// Names of tables that others than their owners must know.
package enum WellKnownTables {
    /// The applied slot, as eight bytes, lowest first: what slot a base holds.
    package static let appliedSlot = "applied-slot"

    /// What the row of the applied slot says; nil if it is no such row.
    package static func slot(_ row: [UInt8]) -> UInt64? {
        guard row.count == 8 else { return nil }
        return row.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The row of the applied slot.
    package static func row(ofSlot slot: UInt64) -> TableRow {
        TableRow(
            name: appliedSlot,
            bytes: (0..<8).map { UInt8(truncatingIfNeeded: slot >> (8 * UInt64($0))) })
    }
}
