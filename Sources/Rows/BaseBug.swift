/// A rule that a `MemoryBase` breaks on purpose, so that whoever checks bases can be checked.
package enum BaseBug: CaseIterable, Sendable {
    /// P33: a crash leaves the newest states of a flush, and not its history.
    case flushTornBetweenKeyspaces
    /// P31: a crash leaves the tables of a flush, and not its slot and its keys.
    case tablesNewerThanSlot
    /// P31: a crash leaves the slot of a flush, and nothing else of it.
    case slotNewerThanRows
    /// P34: nobody compares what has arrived of a snapshot with its description.
    case snapshotNotVerified
    /// A snapshot holds no table but the slot.
    case snapshotWithoutTables
    /// A base that is damaged is opened as one that was never flushed to.
    case damageTakenForEmpty
    /// Rows that have rotted are taken for rows that are not there.
    case rotTakenForNone
    /// P34: a snapshot is reported as installed before it is durable: a crash soon after brings the old base back.
    case installedBeforeDurable
}
