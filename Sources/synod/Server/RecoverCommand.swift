internal import Digests
internal import EventLoops
internal import Glibc
internal import Observability
internal import Paxos
internal import Replication
internal import RocksStorage
internal import Rows
internal import WriteAheadLog

/// `synod recover`: a new cluster of one survivor.
enum RecoverCommand {
    static let command = Command(
        name: "recover", arguments: "--data-dir DIRECTORY",
        summary: "make a new cluster of one node's data, after a quorum was lost",
        details: """
            For a cluster that says "quorum lost" and whose data directories cannot be put back. Offline: the
            node must be stopped. Without --yes it changes nothing and says how far the directory is; ask
            every survivor, and take the one that has accepted most.

            With --yes it makes a new cluster, with a new id and this node as its only member. All that the node
            has decided or accepted is kept. Start it then as before. The data directories of all other nodes
            have to be removed, and the nodes added again with synod member add: they belong to the old cluster.
            """,
        flags: [
            Flag("data-dir", "DIRECTORY", "the survivor's data directory"),
            Flag(switch: "yes", "do it"),
        ],
        exitHelp: """
            Exit status:
              0  done, or said
              2  the command line does not make sense
             74  a read, a write or a flush failed
             78  the directory is in use, holds no cluster's data, or cannot be read
            """,
        run: { values throws(UsageError) in
            let path = values.text("data-dir")
            guard !path.isEmpty, values.positional.isEmpty else {
                throw UsageError("--data-dir is needed, and nothing else")
            }
            return run(path, isWanted: try values.boolean("yes"))
        })

    private static func run(_ path: String, isWanted: Bool) -> ExitCode {
        do {
            return try recover(path, isWanted: isWanted)
        } catch {
            Console.complain("\(error)")
            return .unusableDirectory
        }
    }

    private static func recover(_ path: String, isWanted: Bool) throws -> ExitCode {
        guard DataDirectory.isUsed(path) else {
            Console.complain("\(path) is no data directory of a node")
            return .unusableDirectory
        }
        let directory = try DataDirectory(path, expecting: nil)
        guard var identity = directory.identity, identity.cluster != ClusterID(0) else {
            Console.complain("\(path) belongs to no cluster")
            return .unusableDirectory
        }
        let former = identity.cluster
        if isWanted {
            identity.formerClusters.append(former)
            identity.cluster = ClusterID(SecureRandom.uint64())
        }
        let loop = EventLoop()
        let disk = try PosixDisk(
            directory: directory.logPath, wake: { [mailbox = loop.mailbox] in mailbox.post {} })
        let parts = try Recovery.run(
            disk: disk, base: try base(in: path), identity: identity,
            nonce: SecureRandom.uint64(), options: LogOptions(),
            logger: Logger(component: "recover", sink: .silent), saveIdentity: { _ in })
        let recovery: ClusterRecovery
        do throws(ClusterRecovery.Refusal) {
            recovery = try ClusterRecovery(parts)
        } catch {
            Console.complain("\(path) cannot be made a cluster of: \(error)")
            return .unusableDirectory
        }
        tell(recovery.report, former)
        guard isWanted else {
            Console.line("nothing was changed; --yes makes a new cluster of this")
            return .success
        }
        try directory.forgetRemoval()
        try directory.setIdentity(identity)
        write(recovery, loop)
        Console.line(
            "made cluster \(Hexadecimal.id(identity.cluster.rawValue)) with \(recovery.report.member) as its "
                + "only member; start it, remove the data directories of all others, and add them again"
        )
        return .success
    }

    /// The base, if the node keeps one. It is only read: what is new stands in the log. A damaged one is left as it
    /// is: another survivor may be better off.
    private static func base(in path: String) throws(BaseError) -> (any Base)? {
        let directory = path + "/base"
        guard access(directory, F_OK) == 0 else { return nil }
        return try ReadOnlyBase.open(directory: directory, cacheBytes: cacheBytes)
    }

    private static let cacheBytes = 32 << 20

    private static func tell(_ report: ClusterRecovery.Report, _ former: ClusterID) {
        Console.line(
            "member \(report.member) of cluster \(Hexadecimal.id(former.rawValue)) with "
                + report.formerMembers.joined(separator: " "))
        Console.line(
            "decided up to slot \(report.decidedUpTo.rawValue), accepted up to "
                + "\(report.acceptedUpTo.rawValue), revision \(report.revision)")
    }

    private static func write(_ recovery: ClusterRecovery, _ loop: EventLoop) {
        var isDone = false
        recovery.write(nowMilliseconds: loop.now / 1_000_000) { isDone = true }
        loop.schedule(afterMilliseconds: 5, repeating: 5) {}
        while !isDone {
            loop.runOnce(waiting: true)
            recovery.turn(nowMilliseconds: loop.now / 1_000_000)
        }
    }
}
