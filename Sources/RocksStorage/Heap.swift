internal import CRocksDB

/// The process's heap, as far as the threads of a base matter to it.
enum Heap {
    /// glibc gives threads heaps of their own, each of which keeps what was in use at some time: with the threads of a
    /// base that was a quarter of a node's memory. Two are enough: the loop has one, and all others wait for disks
    /// more than for each other.
    static let limitOnce: Void = {
        #if canImport(Glibc)
            mallopt(M_ARENA_MAX, Limits.heapsMax)
        #endif
    }()
}
