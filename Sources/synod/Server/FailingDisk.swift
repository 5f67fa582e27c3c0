internal import Basics
internal import Glibc
internal import Observability
internal import Paxos
internal import WriteAheadLog

/// What becomes of a process whose disk failed. It ends; but a member whose base is damaged, and one whose data
/// directory was removed under its living process, start themselves again where others can give them what they lost.
final class FailingDisk: Sendable {
    private enum State {
        case running
        /// Somebody asked for the end of the process, which must not come back.
        case stopping
        /// A thread has found a failure, and sees to what follows.
        case failed
    }

    private let path: String
    /// Of the directory's file `LOCK`, which the process holds.
    private let lock: Int32
    /// Whether there is anybody who could give what is lost.
    let hasOthers: Bool
    private let mayBeginAnew: Bool
    private let logger: Logger
    private let identity: Monitor<Identity>
    private let state = Monitor(State.running)
    /// Whoever begins the program anew hands its priority on to all that comes: this thread never gives way.
    private let starter: WorkThread<Void>

    init(
        _ directory: DataDirectory, _ identity: Identity, _ configuration: ServeConfiguration,
        logger: Logger
    ) {
        path = directory.path
        lock = directory.lockDescriptor
        hasOthers = configuration.initialCluster.count > 1
        mayBeginAnew = hasOthers && configuration.readmission == .automatic
        self.identity = Monitor(identity)
        self.logger = logger
        starter = WorkThread("start again", jobsMax: 1) { ProcessExit.startAgain(logger) }
    }

    /// Who the directory is now.
    func note(_ newer: Identity) { identity.withLock { $0 = newer } }

    /// The process is to end, and stays so.
    func noteStop() {
        state.withLock { state in
            if case .running = state { state = .stopping }
        }
    }

    /// A call to the disk failed. Called on any thread; what another one acknowledges meanwhile is as durable as it was
    /// before anybody noticed.
    func failed(_ sentence: String) -> Never {
        let isStopping = enter()
        let identity = identity.withLock { $0 }
        guard !isStopping, mayBeginAnew, sentence.contains(Self.notFound),
            identity.cluster != ClusterID(0), isSoonGone, remake(identity)
        else { ProcessExit.end(.brokenDisk, logger, sentence) }
        logger.error("\(sentence): the data directory was removed")
        startAgain()
    }

    /// The base is not as it was written, and that is noted: the next start puts it aside, and another member's takes
    /// its place.
    func damaged(_ sentence: String) -> Never {
        guard !enter(), hasOthers else { ProcessExit.end(.brokenDisk, logger, sentence) }
        logger.error(sentence)
        startAgain()
    }

    /// The first one sees to the end of the process.
    ///
    /// - Returns: whether the process was ending already.
    private func enter() -> Bool {
        let before = state.withLock { state in
            defer { state = .failed }
            return state
        }
        while case .failed = before { sleep(1) }
        if case .stopping = before { return true }
        return false
    }

    /// Whoever removes a directory takes its files one by one.
    private var isSoonGone: Bool {
        for _ in 0..<Limits.looksForVanishing {
            if DataDirectory.isRemoved(path, lock: lock) { return true }
            usleep(Limits.vanishingLookMicroseconds)
        }
        return false
    }

    private func remake(_ identity: Identity) -> Bool {
        do throws(DirectoryError) {
            return try DataDirectory.remake(
                path, identity, because: "its data directory was removed while it ran")
        } catch {
            logger.error("\(error)")
            return false
        }
    }

    private func startAgain() -> Never {
        starter.submit(())
        while true { sleep(1) }
    }

    private static let notFound = String(cString: strerror(ENOENT))
}
