import Basics
import MVCC
import Paxos
import Rows
import Simulation
import StateMachine
import Testing

@testable import Replication

/// Copies of a node's state for operators, and the state that a new cluster makes of one.
@Suite("Backups")
struct BackupTests {
    private func cluster(seed: UInt64) -> World {
        World.formed(seed: seed, tune: { $0.hasBase = true })
    }

    /// Begins a backup and waits until it is open.
    private func open(_ cluster: World, at node: SimMachine) throws -> Backup {
        let replica = try #require(node.process?.replica)
        var opened: Result<BackupHeader, Backup.Refusal>?
        let backup = try replica.beginBackup { opened = $0 }
        cluster.timeline.run(milliseconds: 2_000)
        #expect(backup.header == (try #require(opened).get()))
        return backup
    }

    /// The files' bytes; nil if they are gone.
    private func readAll(_ backup: Backup, _ cluster: World) throws -> [[UInt8]]? {
        var rest: [UInt8] = []
        var isAtEnd = false
        while !isAtEnd {
            var piece: Result<[UInt8], Backup.Refusal>?
            backup.read { piece = $0 }
            cluster.timeline.run(milliseconds: 200)
            if case .failure(.gone) = piece { return nil }
            let bytes = try #require(piece).get()
            isAtEnd = bytes.isEmpty
            rest += bytes
        }
        return try #require(backup.header).snapshot.files.map { file in
            defer { rest.removeFirst(min(rest.count, Int(file.byteCount))) }
            return Array(rest.prefix(Int(file.byteCount)))
        }
    }

    @Test("a backup has all that was applied when it was asked for, and every byte of it")
    func whole() throws {
        let cluster = cluster(seed: 1)
        let node = cluster.machines[1]
        for number in 0..<60 {
            cluster.mustPut("k\(number)", [UInt8](repeating: 1, count: 5_000), at: node)
        }
        let keyspace = try #require(node.process?.replica).machine.keyspace
        let revision = keyspace.revision
        let backup = try open(cluster, at: node)
        let header = try #require(backup.header)
        #expect(header.revision == revision)
        #expect(header.keyCount == UInt64(keyspace.keyCount))
        let files = try #require(try readAll(backup, cluster))
        for (file, bytes) in zip(header.snapshot.files, files) {
            #expect(CRC32C.checksum(bytes) == file.checksum)
        }
        #expect(header.snapshot.byteCount > 300_000)
        #expect(try BackupHeader(encoded: header.encoded) == header)
        // Read to its end or not: it is there until it is ended, longer than what peers take.
        cluster.timeline.run(milliseconds: Limits.snapshotKeptMilliseconds + 10_000)
        #expect(try readAll(backup, cluster) != nil)
        backup.end()
        #expect(cluster.breaches == [])
    }

    @Test("one of which nobody reads is ended, and makes room for the next one")
    func stalled() throws {
        let cluster = cluster(seed: 5)
        let node = cluster.machines[0]
        cluster.mustPut("k", [UInt8](repeating: 1, count: 5_000), at: node)
        let backup = try open(cluster, at: node)
        var stalls = 0
        backup.onStall = { stalls += 1 }
        cluster.timeline.run(milliseconds: Limits.backupStallMilliseconds - 5_000)
        var isRead = false
        backup.read { isRead = (try? $0.get())?.isEmpty == false }
        cluster.timeline.run(milliseconds: Limits.backupStallMilliseconds - 5_000)
        #expect(isRead)
        #expect(stalls == 0)
        cluster.timeline.run(milliseconds: 10_000)
        #expect(stalls == 1)
        #expect(backup.isOver)
        let next = try open(cluster, at: node)
        #expect(try readAll(next, cluster) != nil)
        next.end()
    }

    @Test("one whose file has got another length is told so", arguments: [-1, 1])
    func anotherLength(byteCount: Int) throws {
        let cluster = cluster(seed: 6)
        let node = cluster.machines[0]
        cluster.mustPut("k", [1, 2, 3], at: node)
        let backup = try open(cluster, at: node)
        let name = try #require(backup.header).snapshot.files[0].name
        #expect(node.base.changeSnapshotLength(by: byteCount))
        #expect(throws: Backup.Refusal.damaged(file: name)) { try readAll(backup, cluster) }
        backup.end()
    }

    @Test("one at a time; one that ends early leaves the next one alone")
    func oneAtATime() throws {
        let cluster = cluster(seed: 2)
        let node = cluster.machines[0]
        cluster.mustPut("k", [1], at: node)
        let replica = try #require(node.process?.replica)
        let first = try replica.beginBackup { _ in Issue.record("it was ended before") }
        #expect(throws: Backup.Refusal.busy) { try replica.beginBackup { _ in } }
        first.end()
        let second = try open(cluster, at: node)
        #expect(try readAll(second, cluster) != nil)
        #expect(throws: Backup.Refusal.busy) { try replica.beginBackup { _ in } }
        second.end()
        second.end()
        let third = try open(cluster, at: node)
        #expect(try readAll(third, cluster) != nil)
        third.end()
        #expect(cluster.breaches == [])
    }

    @Test("a node that keeps everything in memory gives none")
    func withoutABase() throws {
        let cluster = World.formed(seed: 3, tune: { $0.hasBase = false })
        let replica = try #require(cluster.machines[0].process?.replica)
        #expect(throws: Backup.Refusal.noBase) { try replica.beginBackup { _ in } }
    }

    @Test("a new cluster begins with the keys, higher revisions, and nobody of the old one")
    func restored() throws {
        let cluster = cluster(seed: 4)
        let node = cluster.machines[0]
        for number in 0..<10 { cluster.mustPut("k\(number % 5)", [UInt8(number)], at: node) }
        let old = try #require(node.process?.replica).machine
        let backup = try open(cluster, at: node)
        let files = try #require(try readAll(backup, cluster))
        let base = try installed(try #require(backup.header).snapshot, files)
        let members = Membership(seats: [
            Seat(
                replica: ReplicaID(77), incarnation: Incarnation(5), kind: .voter, name: "n",
                peerURLs: ["http://n:1"], clientURLs: [])
        ])
        let (tables, revision) = try RestoredState.tables(
            of: base, members: members, revisionsBumped: 1_000)
        let new = ReplicatedState()
        try new.restore(tables, over: base.keys)
        #expect(revision == old.keyspace.revision + 1_000)
        #expect(new.keyspace.revision == revision)
        #expect(new.keyspace.compactedRevision == revision)
        #expect(new.keyspace.keyCount == 5)
        // Old revisions count no more.
        #expect(new.keyspace.logicalByteCount == 5 * 3)
        #expect(new.leaderBallot == nil)
        #expect(
            try GoverningMembership(in: tables)
                == GoverningMembership(slot: .zero, membership: members))
        #expect(base.keys.value("k4") == [9])
    }

    /// A base that was made of these files.
    private func installed(
        _ description: SnapshotDescription, _ files: [[UInt8]]
    ) throws -> MemoryBase {
        let base = try MemoryBase(
            MemoryBaseStore(), owner: MemoryBase.Owner(submitted: { _, _ in }, failed: { _ in }))
        var operations: [BaseOperation] = [.beginInstallation(description)]
        for (index, bytes) in files.enumerated() {
            operations.append(.installBytes(file: index, offset: 0, bytes))
        }
        for operation in operations + [.finishInstallation] {
            base.submit(operation, ticket: 1)
            #expect(base.completeNext(.snapshots))
        }
        guard case .installed = base.takeCompletions().last?.outcome else {
            throw BackupError("not installed")
        }
        return base
    }
}

extension KeyBase {
    fileprivate func value(_ key: String) -> [UInt8]? {
        (try? state(of: Array(key.utf8), at: nil))?.value
    }
}
