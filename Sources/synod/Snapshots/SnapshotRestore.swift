internal import Digests
internal import Glibc
internal import Paxos
internal import Replication
internal import RocksStorage
internal import Rows
internal import WriteAheadLog

/// `synod snapshot restore FILE`: makes the data directory of one member of a new cluster, which begins with the
/// content of a backup. Nobody is asked. All members that are made of one file with one list belong together: who
/// they are follows from the file and the list.
struct SnapshotRestore {
    private let configuration: ServeConfiguration
    private let revisionsBumped: Int64
    private let checksDigest: Bool

    /// Takes `--bump-revision` and `--skip-hash-check`, and the flags of `synod serve` that say who the member is.
    init(_ values: FlagValues) throws(UsageError) {
        var words: [String] = []
        for name in Self.memberFlags where values.isSet(name) {
            words += ["--\(name)", values.text(name)]
        }
        configuration = try ServeConfiguration(words: words, environment: [:])
        revisionsBumped = Int64(try values.integer("bump-revision", in: 1...(1 << 50)))
        checksDigest = try !values.boolean("skip-hash-check")
    }

    /// Of `synod serve`.
    static let memberFlags = [
        "name", "data-dir", "initial-cluster", "initial-advertise-peer-urls",
        "initial-cluster-token",
    ]

    func run(_ path: String) -> ExitCode {
        do {
            let backup = try BackupFile(path, checksDigest: checksDigest)
            try restore(backup)
            return .success
        } catch {
            Console.complain("\(error)")
            return .failed
        }
    }

    /// Everything is made beside the directory, and takes its place when it is durable.
    private func restore(_ backup: BackupFile) throws {
        var target = configuration.dataDirectory
        while target.count > 1, target.hasSuffix("/") { target.removeLast() }
        guard Files.isAbsentOrEmpty(target) else {
            throw BackupError("\(target) is not empty: a member is restored into a new directory")
        }
        let new = target + ".restoring"
        Files.removeTree(new)
        defer { Files.removeTree(new) }
        let members = try membership(backup)
        let directory = try DataDirectory(new, expecting: nil)
        let revision = try fill(new + "/base", backup, members)
        let identity = identity(members)
        try directory.setIdentity(identity)
        directory.close()
        rmdir(target)
        try PlainFile.rename(new, to: target)
        Console.note(
            "restored \(backup.header.keyCount) keys into \(target): member "
                + "\(Hexadecimal.id(identity.replica.rawValue)) of cluster "
                + "\(Hexadecimal.id(identity.cluster.rawValue)), revision \(revision)")
    }

    // MARK: Who it is

    private func membership(_ backup: BackupFile) throws -> Membership {
        let token = configuration.initialClusterToken
        let listed = configuration.initialCluster.map { member in
            let urls = member.peerURLs.map(\.description)
            return ListedMember(
                replica: MemberIdentity.replica(peerURLs: urls, token: token),
                name: member.name, peerURLs: urls)
        }
        let origin = MemberIdentity.restoredOrigin(
            listHash: MemberIdentity.listHash(listed, token: token), digest: backup.digest,
            revisionsBumped: revisionsBumped)
        return Membership(
            seats: listed.map { member in
                Seat(
                    replica: member.replica,
                    incarnation: MemberIdentity.restoredIncarnation(
                        of: member.replica, origin: origin),
                    kind: .voter, name: member.name, peerURLs: member.peerURLs, clientURLs: [])
            })
    }

    private func identity(_ members: Membership) -> Identity {
        guard let own = members.seats.first(where: { $0.name == configuration.name }),
            let incarnation = own.incarnation
        else {
            preconditionFailure("a member that is in its list")
        }
        return Identity(
            cluster: MemberIdentity.cluster(genesis: members), replica: own.replica,
            memberName: own.name,
            clusterTokenHash: MemberIdentity.tokenHash(configuration.initialClusterToken),
            incarnation: incarnation, salt: SecureRandom.uint64())
    }

    // MARK: What it has

    /// Makes the base; its revision.
    private func fill(
        _ path: String, _ backup: BackupFile, _ members: Membership
    ) throws -> Int64 {
        let base = try BaseAtRest(path)
        defer { base.close() }
        try base.perform(.beginInstallation(backup.header.snapshot))
        try backup.readFiles { file, offset, bytes in
            try base.perform(.installBytes(file: file, offset: offset, bytes))
        }
        try base.perform(.finishInstallation)
        let (tables, revision) = try RestoredState.tables(
            of: base.base, members: members, revisionsBumped: revisionsBumped)
        try base.perform(.beginFlush)
        try base.perform(.finishFlush(tables: FrozenTables(tables), compactedRevision: revision))
        return revision
    }
}
