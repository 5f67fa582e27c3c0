internal import Basics
package import MVCC
package import Rows
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The base on a disk: RocksDB's files in a directory, a thread that flushes, one that makes and takes snapshots, one
/// that reads what lies together, and some that fetch single keys. The owner is told by `wake` to call
/// `takeCompletions` on its own thread.
package final class RocksBase: Base {
    /// A job is what to do: the lanes differ in nothing but their threads.
    typealias Job = @Sendable () -> Void

    /// The store that the owner knows.
    private var store: OpenStore
    private let work: BaseWork
    private let flushes: FlushLane
    private let snapshots: SnapshotLane
    private let threads: [WorkThread<Job>]
    private let fetchers: WorkPool<Job>

    /// Opens the base in `directory`, or makes an empty one if there never was one.
    ///
    /// - Parameters:
    ///   - cacheBytes: what blocks, indexes and filters may take of the memory, until `limitCache` says otherwise.
    ///   - wake: called on a thread of the base when completions wait. It must only wake the owner.
    ///   - onFailure: called on a thread of the base when an operation failed; nothing is performed afterwards.
    /// - Throws: `damaged` if there was a base that is not as it was written: `setAside` is next.
    package init(
        directory path: String, cacheBytes: Int = Limits.cacheBytesDefault,
        wake: @escaping @Sendable () -> Void,
        onFailure: @escaping @Sendable (BaseError) -> Void
    ) throws(BaseError) {
        _ = Heap.limitOnce
        let directory = try BaseDirectory(path)
        if case .damaged(let number) = directory.pointer {
            throw .damaged("store \(number) in \(path) was found to be so")
        }
        let startName = Self.makeStartName()
        store = try BaseDirectory.performing { () throws(RowError) in
            try directory.removeLeftovers()
            return try Self.openInReserve(directory, startName, cacheBytes)
        }
        let work = BaseWork(directory, wake: wake, onFailure: onFailure)
        self.work = work
        let given = try BaseDirectory.performing { () throws(RowError) in
            try GivenSnapshots(in: directory.snapshotsPath, work)
        }
        flushes = FlushLane(work)
        snapshots = SnapshotLane(
            work, given: given, startName: startName, cacheBytes: cacheBytes)
        threads = BaseLane.allCases.map { lane in
            WorkThread(
                lane.threadName, jobsMax: Limits.queuedOperations, givesWay: lane != .reader
            ) { $0() }
        }
        fetchers = WorkPool(
            "base fetcher", threadCount: Limits.fetchingThreads,
            jobsMax: Limits.queuedOperations * Limits.fetchingThreads
        ) { $0() }
    }

    /// Puts a damaged base in `directory` out of the way: what was there is kept as `damaged-<number>`, in the place of
    /// an older one. Afterwards the directory is that of a base that never was.
    package static func setAside(directory path: String) throws(BaseError) {
        try BaseDirectory.setAside(path)
    }

    /// Ends the threads, soon: what is under way is performed unless it takes long, what waits is not. Nothing may be
    /// submitted afterwards. A process that ends by `exit` calls this before and lets go of the base: RocksDB's
    /// threads must not meet what `exit` destroys.
    package func close() {
        work.isClosing.store(true, ordering: .relaxed)
        for thread in threads { thread.stop() }
        fetchers.stop()
    }

    /// Merges all files into one level: for tests, which cannot wait for it to happen.
    package func merge() { store.rows.compact() }

    /// Blocks until a completion waits: for tests, which have no loop.
    package func waitForCompletion() { work.completions.wait { $0.isEmpty ? nil : () } }

    // MARK: Base

    package var keys: any KeyBase { store.keys }

    package func tables() throws(RowError) -> [TableRow] {
        do throws(RowError) {
            return try TableRow.all(in: store.rows)
        } catch {
            if error.isDamage { work.directory.markDamaged(store.number) }
            throw error
        }
    }

    package func condemn() { work.directory.markDamaged(store.number) }

    /// Whether it was found to be damaged, and that is noted: it is put aside when it is opened next.
    package var isCondemned: Bool {
        if case .damaged = work.directory.pointer { true } else { false }
    }

    package var isBehind: Bool { store.rows.isBehind }

    package var keptSnapshots: [UInt64] { snapshots.given.slots }

    package var byteCount: Int { store.rows.byteCount }

    package func limitCache(toBytes bytes: Int) { store.rows.limitCache(toBytes: bytes) }

    package func submit(_ operation: BaseOperation, ticket: UInt64) {
        if case .states(let keys) = operation { return fetch(keys, ticket) }
        let (store, work, flushes, snapshots) = (store, work, flushes, snapshots)
        submit(operation.lane) {
            work.perform(ticket, on: store) { () throws(RowError) in
                switch operation.lane {
                case .writer: try flushes.perform(operation, on: store)
                case .snapshots: try snapshots.perform(operation, on: store)
                case .reader: try Self.read(operation, store, snapshots.given)
                }
            }
        }
    }

    package func takeCompletions() -> [BaseCompletion] {
        let taken = work.completions.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
        if taken.contains(where: \.outcome.isInstalled) { changeStore() }
        return taken
    }

    // MARK: Inside

    /// Threads are few for one that waits for a disk, and each call of them costs: few keys are one part.
    private func fetch(_ keys: [[UInt8]], _ ticket: UInt64) {
        let (store, work) = (store, work)
        let reading = StatesReading(keys, partsMax: Limits.fetchingThreads)
        for part in 0..<reading.partCount {
            store.fetches.withLock { $0 += 1 }
            fetchers.submit {
                work.perform(ticket, on: store) { () throws(RowError) in
                    try reading.read(part: part, of: store)
                }
                store.fetches.update { $0 -= 1 }
            }
        }
    }

    private func submit(_ lane: BaseLane, _ job: @escaping Job) {
        threads[lane.rawValue].submit(job)
    }

    /// The owner learns now that a snapshot has taken the place of the base. The old store goes when the reads of it
    /// that were submitted before have ended.
    private func changeStore() {
        let (old, directory) = (store, work.directory)
        store = snapshots.takeSuccessor()
        let remover = threads[BaseLane.snapshots.rawValue]
        submit(.reader) {
            remover.submit {
                old.fetches.wait { $0 == 0 ? () : nil }
                old.rows.stopMerging()
                // What cannot be removed now is removed at the next start.
                try? Files.removeTree(directory.storePath(old.number))
            }
        }
    }

    private static func read(
        _ operation: BaseOperation, _ store: OpenStore, _ given: GivenSnapshots
    ) throws(RowError) -> BaseOutcome {
        switch operation {
        case .piece(let interval, let revision, let descending, let keysMax):
            return .piece(
                try store.reading { keys throws(KeyBaseError) in
                    try keys.piece(
                        of: interval, at: revision, descending: descending, keysMax: keysMax)
                })
        case .firstChange(let start):
            return .firstChange(
                try store.reading { keys throws(KeyBaseError) in
                    try keys.firstChange(from: start)
                })
        case .changes(let interval, let start, let end, let changesMax):
            return .changes(
                try store.reading { keys throws(KeyBaseError) in
                    try keys.changes(
                        from: start, upTo: end, in: interval, changesMax: changesMax)
                })
        case .readSnapshot(let slot, let file, let offset, let bytesMax):
            return .snapshotRead(
                try given.read(slot: slot, file: file, offset: offset, bytesMax: bytesMax))
        default: preconditionFailure("not for the reader")
        }
    }

    /// On a full disk in the room that was kept for it.
    private static func openInReserve(
        _ directory: BaseDirectory, _ startName: String, _ cacheBytes: Int
    ) throws(RowError) -> OpenStore {
        let reserve = BaseReserve(in: directory)
        try reserve.makeRoom()
        let store = try open(directory, startName, cacheBytes)
        try reserve.fill()
        return store
    }

    private static func open(
        _ directory: BaseDirectory, _ startName: String, _ cacheBytes: Int
    ) throws(RowError) -> OpenStore {
        if case .store(let number) = directory.pointer {
            guard Files.isDirectory(directory.storePath(number)) else {
                throw RowError("\(directory.storePath(number)) is missing")
            }
            return try OpenStore(
                directory, number, .existing, startName: startName, cacheBytes: cacheBytes)
        }
        // First of all the word that there is none: what a crash leaves after it was never a base.
        try directory.point(to: .empty)
        let number = try directory.unusedNumber()
        let store = try OpenStore(
            directory, number, .new, startName: startName, cacheBytes: cacheBytes)
        try Files.syncDirectory(directory.path)
        try directory.point(to: .store(number))
        return store
    }

    /// Another one at each start.
    private static func makeStartName() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return "\(now.tv_sec)-\(now.tv_nsec)-\(getpid())"
    }
}

extension BaseOutcome {
    fileprivate var isInstalled: Bool {
        if case .installed = self { true } else { false }
    }
}

extension OpenStore {
    /// Reads keys; what went wrong is damage if `keys` noted it as such.
    func reading<Value>(
        _ body: (KeyRows) throws(KeyBaseError) -> Value
    ) throws(RowError) -> Value {
        do throws(KeyBaseError) {
            return try body(keys)
        } catch {
            throw RowError(error.description, isDamaged ? .damage : .failure)
        }
    }
}

extension BaseLane {
    fileprivate var threadName: String {
        switch self {
        case .writer: "base writer"
        case .snapshots: "base snapshots"
        case .reader: "base reader"
        }
    }
}
