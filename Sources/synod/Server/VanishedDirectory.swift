internal import Basics
internal import Glibc
internal import Observability
internal import Paxos
internal import WriteAheadLog

/// What becomes of a process whose disk failed; and of a member whose data directory was removed under its living
/// process: as one that was started with an empty directory it begins another life, which the other members admit
/// anew (P5).
final class VanishedDirectory: Sendable {
    private let path: String
    private let mayBeginAnew: Bool
    private let logger: Logger
    private let identity = Monitor<Identity?>(nil)
    private let isEnding = Monitor(false)

    init(_ configuration: ServeConfiguration, logger: Logger) {
        path = configuration.dataDirectory
        mayBeginAnew =
            configuration.readmission == .automatic && configuration.initialCluster.count > 1
        self.logger = logger
    }

    /// Who the directory is now.
    func note(_ newer: Identity) { identity.withLock { $0 = newer } }

    /// A call to the disk failed: ends the process, or begins it anew if nothing of the directory is left. Called on any
    /// thread; nothing that needs the disk is acknowledged any more.
    func end(_ sentence: String) -> Never {
        let isFirst = isEnding.withLock { isEnding in
            defer { isEnding = true }
            return !isEnding
        }
        // The first one ends the process.
        while !isFirst { sleep(1) }
        guard mayBeginAnew, sentence.contains(Self.notFound),
            let identity = identity.withLock({ $0 }), identity.cluster != ClusterID(0),
            isSoonGone
        else { ProcessExit.end(.brokenDisk, logger, sentence) }
        logger.error("\(sentence): the data directory was removed")
        do throws(DirectoryError) {
            try DataDirectory.remake(
                path, identity, because: "its data directory was removed while it ran")
        } catch {
            ProcessExit.end(.brokenDisk, logger, error.description)
        }
        ProcessExit.startAgain(logger)
    }

    /// Whoever removes a directory takes its files one by one.
    private var isSoonGone: Bool {
        for _ in 0..<Limits.looksForVanishing {
            if DataDirectory.isGone(path) { return true }
            usleep(Limits.vanishingLookMicroseconds)
        }
        return false
    }

    private static let notFound = String(cString: strerror(ENOENT))
}
