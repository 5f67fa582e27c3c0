package import MVCC
package import Rows
internal import StateMachine

/// What a state is that nobody runs: of a backup, or of what a new cluster begins with.
package struct StateAtRest: Equatable, Sendable {
    /// The slot that it is the state of.
    package let slot: UInt64
    package let revision: Int64
    package let compactedRevision: Int64
    package let keyCount: Int
    /// As replicas compare it.
    package let digest: UInt64

    /// Reads all of it. Blocking.
    package init(_ tables: [TableRow], over keys: any KeyBase) throws(KeyBaseError) {
        let machine = ReplicatedState()
        try machine.restore(tables, over: keys)
        slot = machine.appliedSlot
        revision = machine.keyspace.revision
        compactedRevision = machine.keyspace.compactedRevision
        keyCount = machine.keyspace.keyCount
        digest = machine.digest()
    }
}
