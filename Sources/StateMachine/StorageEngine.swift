/// Keeps the replicated state beyond the log, so that a restart replays only what came after it.
///
/// It is asked at recovery and never per command: apply works on the tables in memory.
package protocol StorageEngine: AnyObject {
    /// The newest state that is durable here; its `appliedSlot` says which slots it holds. The log
    /// must have every slot above. Blocking, only at start.
    func restoredState() throws(StorageError) -> ReplicatedState
}

/// Why an engine cannot give its state, in words.
package struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
