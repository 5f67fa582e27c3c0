internal import Basics
internal import Digests
internal import Observability
internal import Paxos
internal import Replication
internal import RocksStorage
internal import StateMachine
internal import WriteAheadLog

/// A member's data directory, opened, locked and read.
struct NodeDirectory {
    /// What the replica is made of.
    let parts: RecoveredParts
    private let directory: DataDirectory
    private let base: RocksBase?
    private let failing: FailingDisk

    /// Opens and locks the directory, which may be empty. Blocking.
    static func open(_ configuration: ServeConfiguration) throws(DirectoryError) -> DataDirectory {
        // Whose it is, it says itself: the flags do not know the id of a member that was added.
        let directory = try DataDirectory(
            configuration.dataDirectory,
            expecting: DataDirectory.Expectation(
                replica: nil, memberName: configuration.name,
                clusterTokenHash: MemberIdentity.tokenHash(configuration.initialClusterToken)),
            mending: mending(configuration))
        if let why = try directory.removal { throw .removed(path: directory.path, why: why) }
        return directory
    }

    /// A directory whose identity is lost may begin another life where others can give it its vote again.
    private static func mending(_ configuration: ServeConfiguration) -> DataDirectory.Mending? {
        guard configuration.readmission == .automatic, configuration.initialCluster.count > 1
        else { return nil }
        let others = configuration.initialCluster.filter { $0.name != configuration.name }
        return DataDirectory.Mending(
            others: others.map { member in
                MemberIdentity.replica(
                    peerURLs: member.peerURLs.map(\.description),
                    token: configuration.initialClusterToken)
            },
            salt: SecureRandom.uint64())
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
        let reason = try Self.beginLifeIfOver(directory, configuration.injectedBug, logger)
        guard let identity = directory.identity else {
            preconditionFailure("an identity that was just made")
        }
        failing = FailingDisk(directory, identity, configuration, logger: logger)
        let disk = try PosixDisk(
            directory: directory.logPath, injectedBug: configuration.injectedBug?.log, wake: wake,
            onFailure: { [failing] in failing.failed($0) })
        base = try NodeBase.open(configuration, logger: logger, failing: failing, wake: wake)
        var known: Membership?
        do throws(RecoveryError) {
            var parts = try Recovery.run(
                disk: disk, base: base, identity: identity,
                nonce: SecureRandom.uint64(),
                options: LogOptions(segmentBytes: configuration.segmentBytes),
                injectedBug: configuration.injectedBug, logger: logger,
                saveIdentity: { [failing] in
                    Self.save($0, in: directory, logger)
                    failing.note($0)
                },
                onMembership: { known = $0 })
            parts.reasonOfLife = reason
            self.parts = parts
        } catch {
            if base?.isCondemned == true, failing.hasOthers {
                failing.damaged(error.description)
            }
            let mayBeginAnew =
                configuration.readmission == .automatic && reason == nil
                && error.allowsNewLife(
                    known: known, listed: configuration.initialCluster.count)
            guard mayBeginAnew else { throw error }
            logger.error("\(error)")
            Self.endLife(of: directory, because: error.description, logger)
        }
    }

    /// The process is to end, and does not start itself again.
    func noteStop() { failing.noteStop() }

    /// Nothing is read or written any more.
    func close() { base?.close() }

    /// The member was removed, and nobody needs it: no process is to serve with this directory again (P24).
    func noteRemoval(by slot: Slot, _ logger: Logger) {
        do throws(DirectoryError) {
            try directory.noteRemoval("slot \(slot.rawValue)")
        } catch {
            ProcessExit.end(.brokenDisk, logger, error.description)
        }
    }

    /// The member votes: what earlier lives of the directory left is needed no more. Beside the loop; what a crash
    /// leaves of it goes at the next start.
    func removeEarlierLives(_ logger: Logger) {
        let path = directory.path
        guard DataDirectory.hasEarlierLives(in: path) else { return }
        let work = WorkThread<Void>("earlier lives", jobsMax: 1, givesWay: true) {
            do throws(DirectoryError) {
                try DataDirectory.removeEarlierLives(in: path)
                logger.info("what earlier lives of the data directory left was removed")
            } catch {
                logger.warning("what an earlier life left is still there: \(error)")
            }
        }
        work.submit(())
    }

    /// This life of the directory is over, and so is this process: the next one begins another life.
    func endLife(because reason: String, _ logger: Logger) -> Never {
        Self.endLife(of: directory, because: reason, logger)
    }

    private static func endLife(
        of directory: DataDirectory, because reason: String, _ logger: Logger
    ) -> Never {
        do throws(DirectoryError) {
            try directory.endLife(because: reason)
        } catch {
            ProcessExit.end(.brokenDisk, logger, error.description)
        }
        ProcessExit.startAgain(logger)
    }

    /// Begins another life if the one that the directory has is over; returns why it was.
    private static func beginLifeIfOver(
        _ directory: DataDirectory, _ bug: InjectedBug?, _ logger: Logger
    ) throws(DirectoryError) -> String? {
        guard let reason = try directory.endOfLife, let old = directory.identity else { return nil }
        let isTakenForEmpty = bug?.replica == .rotTakenForEmpty
        try directory.beginLife(
            isTakenForEmpty ? old.incarnation : Incarnation(SecureRandom.uint64()))
        logger.warning(
            "the data directory begins another life, without a vote until the other members give it one",
            [
                "why": "\(reason)",
                "its log kept in": "\(DataDirectory.nameOfKeptLife(old.incarnation))",
            ])
        return reason
    }

    private static func save(_ identity: Identity, in directory: DataDirectory, _ logger: Logger) {
        do throws(DirectoryError) {
            try directory.setIdentity(identity)
        } catch {
            ProcessExit.end(.brokenDisk, logger, error.description)
        }
    }
}
