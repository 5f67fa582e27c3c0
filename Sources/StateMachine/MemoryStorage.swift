/// The engine of a node without a base: nothing but the log is durable, and every restart begins at
/// the empty state and replays all slots.
package final class MemoryStorage: StorageEngine {
    package init() {}

    package func restoredState() -> ReplicatedState { ReplicatedState() }
}
