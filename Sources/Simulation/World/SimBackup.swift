internal import Paxos
package import Rows
package import WriteAheadLog

/// A copy of a data directory, to be put back later.
package struct SimBackup {
    package let identity: Identity
    package let storage: SimStorage
    package let base: MemoryBaseStore
    /// What was durable in it.
    let view: DurableView
    /// Of the last process that ran on it.
    let boot: BootNumber
}
