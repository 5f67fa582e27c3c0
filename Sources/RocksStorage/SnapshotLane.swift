internal import Basics
internal import Rows

/// What the thread does that makes and takes snapshots, and reads the base in passes.
///
/// Unchecked: only that thread calls `perform`.
final class SnapshotLane: @unchecked Sendable {
    let given: GivenSnapshots
    private let work: BaseWork
    private var directory: BaseDirectory { work.directory }
    private let startName: String
    private let cacheBytes: Int
    private var installation: Installation?
    private let scrub: ScrubLane
    /// The store that was made of a snapshot, until the owner takes it.
    private let successor = Monitor<OpenStore?>(nil)

    init(
        _ work: BaseWork, given: GivenSnapshots, startName: String, cacheBytes: Int
    ) {
        self.work = work
        self.given = given
        scrub = ScrubLane(work)
        self.startName = startName
        self.cacheBytes = cacheBytes
    }

    func takeSuccessor() -> OpenStore {
        let store = successor.withLock { successor in
            defer { successor = nil }
            return successor
        }
        guard let store else { preconditionFailure("a snapshot was installed once") }
        return store
    }

    func perform(_ operation: BaseOperation, on store: OpenStore) throws(RowError) -> BaseOutcome {
        switch operation {
        case .makeSnapshot(let slot):
            return try make(of: store, newerThan: slot)
        case .dropSnapshot(let slot):
            try given.drop(slot)
            return .snapshotDropped
        case .beginInstallation(let description):
            return try begin(description)
        case .installBytes(let file, let offset, let bytes):
            return try install(bytes, file: file, offset: offset)
        case .finishInstallation:
            return try finish()
        case .scrub(let bytesMax, let condemns):
            return try scrub.read(bytesMax: bytesMax, of: store, condemns: condemns)
        default: preconditionFailure("not for the thread of snapshots")
        }
    }

    /// On a disk that is full nobody is given a copy, and that is all.
    private func make(
        of store: OpenStore, newerThan slot: UInt64
    ) throws(RowError) -> BaseOutcome {
        do throws(RowError) {
            return .snapshotMade(try given.make(of: store.rows, newerThan: slot))
        } catch {
            guard error.kind == .noSpace else { throw error }
            try given.removeUnfinished()
            return .snapshotLackedRoom
        }
    }

    // MARK: Taking

    private func begin(_ description: SnapshotDescription) throws(RowError) -> BaseOutcome {
        if let problem = description.problem { return try fail(problem) }
        do throws(RowError) {
            let begun = try Installation(
                description, in: directory.installationPath, of: directory.path)
            installation = begun
            return .installationBegun(bytesThere: begun.bytesThere)
        } catch {
            // Most likely for want of space, which is needed elsewhere.
            return try fail(error.description)
        }
    }

    private func install(
        _ bytes: [UInt8], file: Int, offset: UInt64
    ) throws(RowError) -> BaseOutcome {
        guard let begun = installation else { return try fail("nothing is installed") }
        if let problem = begun.problem(with: bytes, file: file, offset: offset) {
            return try fail(problem)
        }
        do throws(RowError) {
            try installation?.write(bytes, file: file)
            return .bytesInstalled
        } catch {
            return try fail(error.description)
        }
    }

    /// Everything durable first, then the pointer, in one step, and then the rest (P34).
    private func finish() throws(RowError) -> BaseOutcome {
        guard let installation else { return try fail("nothing is installed") }
        if let problem = try installation.problemAfterSync(work) { return try fail(problem) }
        self.installation = nil
        let number = try directory.unusedNumber()
        try Files.move(directory.installationPath, directory.storePath(number))
        try Files.syncDirectory(directory.path)
        try directory.point(to: .store(number))
        let store = try OpenStore(
            directory, number, .existing, startName: startName, cacheBytes: cacheBytes)
        successor.update { $0 = store }
        return .installed
    }

    /// The installation is over: the next one begins with nothing.
    private func fail(_ reason: String) throws(RowError) -> BaseOutcome {
        installation = nil
        try Files.removeTree(directory.installationPath)
        return .installationFailed(reason)
    }
}
