/// Names of tables that others than their owners must know.
package enum WellKnownTables {
    /// The applied slot, as eight bytes, lowest first: what slot a base holds.
    package static let appliedSlot = "applied-slot"
}
