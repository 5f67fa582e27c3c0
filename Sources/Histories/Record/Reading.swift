/// How fresh a read must be.
package enum Reading: Sendable, Hashable {
    /// It sees everything that ended before it began.
    case linearizable
    /// It sees at least what the store held at this revision: that of the answer which gave the
    /// client its read token. 0 if it may be as old as it likes (etcd: serializable).
    case sequential(sinceRevision: Int64)
    /// It sees what the store held at this revision; its answer's revision is linearizable.
    case atRevision(Int64)
}
