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

    /// Blocking. `wake` is called on the disk's threads.
    init(
        _ configuration: ServeConfiguration, replica: ReplicaID, logger: Logger,
        wake: @escaping @Sendable () -> Void
    ) throws {
        let tokenHash = MemberIdentity.tokenHash(configuration.initialClusterToken)
        let directory = try DataDirectory(
            configuration.dataDirectory,
            expecting: DataDirectory.Expectation(
                replica: replica, memberName: configuration.name, clusterTokenHash: tokenHash))
        self.directory = directory
        if directory.identity == nil {
            try directory.setIdentity(
                Identity(
                    replica: replica, memberName: configuration.name, clusterTokenHash: tokenHash,
                    incarnation: Incarnation(SecureRandom.uint64()), salt: SecureRandom.uint64()))
        }
        guard let identity = directory.identity else {
            preconditionFailure("an identity that was just made")
        }
        let disk = try PosixDisk(
            directory: directory.logPath, injectedBug: configuration.injectedBug?.log, wake: wake,
            onFailure: { ProcessExit.end(.brokenDisk, logger, $0) })
        parts = try Recovery.run(
            disk: disk, storage: MemoryStorage(), identity: identity,
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
