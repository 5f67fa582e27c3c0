internal import Digests
internal import Observability
internal import Paxos
internal import Replication
internal import StateMachine
internal import WriteAheadLog

/// A member's data directory, opened, locked and read.
struct NodeDirectory {
    /// What the replica is made of.
    let parts: RecoveredParts
    private let directory: DataDirectory

    /// Opens and locks the directory, which may be empty. Blocking.
    static func open(_ configuration: ServeConfiguration) throws(DirectoryError) -> DataDirectory {
        // Whose it is, it says itself: the flags do not know the id of a member that was added.
        try DataDirectory(
            configuration.dataDirectory,
            expecting: DataDirectory.Expectation(
                replica: nil, memberName: configuration.name,
                clusterTokenHash: MemberIdentity.tokenHash(configuration.initialClusterToken)))
    }

    /// Makes an empty directory that of `replica`, and reads it. Blocking. `wake` is called on the disk's threads.
    init(
        _ directory: DataDirectory, _ configuration: ServeConfiguration, replica: ReplicaID,
        logger: Logger, wake: @escaping @Sendable () -> Void
    ) throws {
        self.directory = directory
        if directory.identity == nil {
            try directory.setIdentity(
                Identity(
                    replica: replica, memberName: configuration.name,
                    clusterTokenHash: MemberIdentity.tokenHash(configuration.initialClusterToken),
                    incarnation: Incarnation(SecureRandom.uint64()), salt: SecureRandom.uint64()))
        }
        guard let identity = directory.identity else {
            preconditionFailure("an identity that was just made")
        }
        let disk = try PosixDisk(
            directory: directory.logPath, injectedBug: configuration.injectedBug?.log, wake: wake,
            onFailure: { ProcessExit.end(.brokenDisk, logger, $0) })
        parts = try Recovery.run(
            disk: disk, identity: identity,
            nonce: SecureRandom.uint64(),
            options: LogOptions(segmentBytes: configuration.segmentBytes),
            injectedBug: configuration.injectedBug, logger: logger,
            saveIdentity: { Self.save($0, in: directory, logger) })
    }

    private static func save(_ identity: Identity, in directory: DataDirectory, _ logger: Logger) {
        do throws(DirectoryError) {
            try directory.setIdentity(identity)
        } catch {
            ProcessExit.end(.brokenDisk, logger, error.description)
        }
    }
}
