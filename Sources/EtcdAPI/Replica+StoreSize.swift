internal import MVCC
internal import Replication
internal import StateMachine

extension Replica {
    /// How large the store is: what lies on disk, and what keys and values have in it.
    var storeSize: (stored: Int64, inUse: Int64) {
        let inUse = Int64(machine.keyspace.logicalByteCount)
        return (max(Int64(clamping: status.logBytes), inUse), inUse)
    }
}
