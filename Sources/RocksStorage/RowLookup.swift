/// What is known of a row.
package enum RowLookup: Equatable, Sendable {
    case found([UInt8])
    case absent
    /// It takes a read of the disk to know.
    case unknown
}
