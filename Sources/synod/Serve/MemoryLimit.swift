internal import Replication

/// What a node may use for its data, and how it is shared out.
///
/// A quarter for changes that are not flushed, half as much again where keys leave room for them, and a quarter more while a
/// flush is at work. Keys, values and changes take a half in all before keys give way. The cache of the base takes an
/// eighth, and above a base of many keys up to three eighths, which come out of the keys' half. Decided values that wait
/// to be applied take another eighth. The rest is for the log's buffers, connections and the program.
struct MemoryLimit: Sendable, Equatable {
    let bytes: Int

    /// Where nothing is said: with a million keys of which any may be put next, the process then stays below 300 MB.
    static let defaultBytes = 224 << 20
    /// Below, flushes would be too small to be worth their files.
    static let bounds = (32 << 20)...(1 << 40)

    var plan: MemoryPlan {
        MemoryPlan(
            generationBytes: bytes / 4, tableBytes: bytes / 2,
            replayBytes: max(bytes, Self.defaultBytes), decidedBytes: bytes / 16,
            cacheBytes: bytes / 8)
    }
}
