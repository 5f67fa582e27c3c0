/// What became of a lease, as a replica applies it; for checkers.
package enum LeaseEvent: Equatable, Sendable {
    case granted(id: Int64, slot: UInt64)
    /// By a client, or because its time is over.
    case ended(id: Int64, grantSlot: UInt64)
}
