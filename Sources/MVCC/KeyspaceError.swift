/// Why a revision cannot be read or compacted.
package enum KeyspaceError: Error, Equatable, Sendable {
    /// The revision is gone; the compacted revision goes with it.
    case compacted(Int64)
    /// The revision is not there yet; the current one goes with it.
    case future(Int64)
}
