import Basics
import Observability
import Paxos
import Simulation
import Testing
import WriteAheadLog

@testable import Replication
@testable import Rows

/// Nodes that lack slots which have left all logs, and take over a state instead.
@Suite("Snapshots")
struct SnapshotTests {
    /// A cluster whose logs keep next to nothing.
    private func cluster(seed: UInt64, _ tune: (inout Knobs) -> Void = { _ in }) -> World {
        World.formed(
            seed: seed,
            tune: {
                $0.hasBase = true
                $0.memory = MemoryPlan(
                    generationBytes: 4 << 10, tableBytes: 2 << 10, replayBytes: 64 << 10)
                $0.logTailBytes = 0
                $0.logPinnedBytes = 0
                $0.tailBytes = 0
                tune(&$0)
            })
    }

    private func fill(_ cluster: World, at node: SimMachine, count: Int, size: Int = 3_000) {
        for number in 0..<count {
            let value = [UInt8](repeating: UInt8(number % 251), count: size)
            cluster.mustPut("k\(number % 40)", value, at: node)
        }
    }

    /// Everybody serves the same state, and this node has it from a snapshot.
    private func expectTakenOver(by node: SimMachine, in cluster: World) {
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.becomesLevel())
        #expect(node.replica?.marks[.snapshotInstalled] == 1)
        #expect(cluster.breaches == [])
    }

    @Test("who was away for too long takes over a state and goes on from there")
    func laggard() throws {
        let cluster = cluster(seed: 1)
        let away = cluster.machines[2]
        away.losePower()
        fill(cluster, at: cluster.machines[0], count: 200)
        away.start()
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.becomesLevel())
        #expect(try #require(away.process?.replica).marks[.snapshotInstalled] == 1)
        #expect(cluster.value("k39", at: away)?.count == 3_000)
        // It is a voter like any other, with its state as it was.
        cluster.machines[1].losePower()
        cluster.mustPut("after", [1], at: away)
        away.losePower()
        away.start()
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.value("after", at: away) == [1])
        #expect(cluster.breaches == [])
    }

    @Test("a large base gets memory of the tables: after flushes, at a start, and above a snapshot")
    func largeBase() throws {
        let cluster = cluster(seed: 2) { $0.memory.cacheBytes = 512 }
        let (whole, away) = (cluster.machines[0], cluster.machines[2])
        away.losePower()
        fill(cluster, at: whole, count: 200)
        away.start()
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.becomesLevel())
        #expect(try #require(away.process?.replica).marks[.snapshotInstalled] == 1)
        for node in [whole, away] { try expectSharing(by: node) }
        away.losePower()
        away.start()
        try expectSharing(by: away)
    }

    private func expectSharing(by node: SimMachine) throws {
        let memory = try #require(node.process?.replica).memory
        #expect(memory.cacheBytes > 512)
        #expect(memory.cacheBytes + memory.tableBytes == 512 + (2 << 10))
    }

    @Test("a node whose learner is dead takes no state over before the learner lives again")
    func deadLearner() throws {
        let cluster = cluster(seed: 9)
        let away = cluster.machines[2]
        away.losePower()
        fill(cluster, at: cluster.machines[0], count: 200)
        away.start()
        let isAsked = cluster.timeline.run(milliseconds: 20_000) {
            cluster.machines.contains { $0.replica?.marks[.snapshotAsked] ?? 0 > 0 }
        }
        #expect(isAsked)
        try #require(away.replica).kill(.learner)
        cluster.timeline.run(milliseconds: 5_000) { false }
        #expect(away.replica?.marks[.snapshotInstalled] == 0)
        try #require(away.replica).revive(.learner, hasAmnesia: false)
        expectTakenOver(by: away, in: cluster)
    }

    @Test("a node that dies again and again while it takes a snapshot has it in the end")
    func laggardThatDies() throws {
        let cluster = cluster(seed: 2)
        let away = cluster.machines[2]
        away.losePower()
        fill(cluster, at: cluster.machines[0], count: 200)
        for effects in stride(from: 5, to: 120, by: 5) {
            away.start()
            away.process?.die(afterEffects: effects, losingPower: effects % 2 == 0)
            cluster.timeline.run(milliseconds: 400)
            away.losePower()
        }
        away.start()
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.becomesLevel())
        #expect(cluster.value("k39", at: away)?.count == 3_000)
        #expect(cluster.breaches == [])
    }

    @Test("a base that rots is put aside, and another member's state takes its place")
    func rottenBase() throws {
        let cluster = cluster(seed: 3)
        let node = cluster.machines[1]
        fill(cluster, at: cluster.machines[0], count: 200)
        node.losePower()
        node.loseBase()
        node.start()
        expectTakenOver(by: node, in: cluster)
    }

    /// The members again, at an address that says that this slot decided them.
    private func moveMembers(_ cluster: World) -> Bool {
        let answer = Answer<ChangeOutcome>()
        let seats = cluster.machines.map {
            Seat(
                replica: $0.replicaID, incarnation: $0.identity.incarnation, isVoter: true,
                name: $0.name, peerURLs: ["http://moved:2380"])
        }
        cluster.leader?.replica?.change(to: Membership(seats: seats)) { answer.take($0) }
        guard case .decided = cluster.wait(answer, milliseconds: 3_000) else { return false }
        return true
    }

    @Test("who lost its base flushes nothing before a state has come: its log knows newer members")
    func noFlushWithoutState() throws {
        let cluster = cluster(seed: 4)
        let node = cluster.machines[1]
        fill(cluster, at: cluster.machines[0], count: 50)
        #expect(moveMembers(cluster))
        fill(cluster, at: cluster.machines[0], count: 200)
        node.losePower()
        node.loseBase()
        cluster.isolate(node, breaks: true)
        node.start()
        let replica = try #require(node.replica)
        #expect(try #require(replica.governing).slot > replica.appliedSlot)
        // As one does whom a peer asks for a snapshot.
        replica.startFlush()
        node.process?.requestTurn()
        cluster.timeline.run(milliseconds: 1_000) { false }
        #expect(node.base.slot == nil)
        node.losePower()
        node.start()
        cluster.mendAll()
        expectTakenOver(by: node, in: cluster)
    }

    @Test("a base whose members are newer than its state is put aside at the next start")
    func contradiction() throws {
        let cluster = cluster(seed: 5)
        let node = cluster.machines[1]
        fill(cluster, at: cluster.machines[0], count: 50)
        #expect(moveMembers(cluster))
        fill(cluster, at: cluster.machines[0], count: 200)
        node.losePower()
        try claim(slot: 1, in: node.base)
        node.start()
        #expect(node.process == nil)
        #expect(node.recoveryError?.description.contains("put aside") == true)
        node.start()
        expectTakenOver(by: node, in: cluster)
    }

    /// The base says that it holds the state of this slot.
    private func claim(slot: UInt64, in base: MemoryBaseStore) throws {
        let row = WellKnownTables.row(ofSlot: slot)
        let rows = MemoryRows(base.contents)
        let run = rows.makeRun(.singly)
        try run.put(RowLayout.tableKey(row.name), row.bytes)
        rows.takeIn([run])
        base.contents = rows.contents
    }

    @Test("who is asked for a snapshot while it installs one flushes nothing before that is done")
    func askedWhileInstalling() throws {
        let cluster = cluster(seed: 17)
        let away = cluster.machines[2]
        away.losePower()
        fill(cluster, at: cluster.machines[0], count: 200)
        away.start()
        #expect(
            cluster.timeline.run(milliseconds: 20_000) {
                away.replica?.taker?.isFinishing == true
            })
        // As a third node does whose first source has failed.
        try #require(away.replica).receive(.ask(atLeast: 1 << 40), from: ReplicaID(99))
        away.process?.requestTurn()
        expectTakenOver(by: away, in: cluster)
    }

    @Test("who waits for a state serves nothing, not even what need not be new")
    func nothingIsServed() throws {
        let cluster = cluster(seed: 18)
        let node = cluster.machines[1]
        fill(cluster, at: cluster.machines[0], count: 200)
        node.losePower()
        node.loseBase()
        cluster.isolate(node, breaks: true)
        node.start()
        cluster.timeline.run(milliseconds: 200)
        let replica = try #require(node.replica)
        #expect(replica.lacksBase)
        let refusal = Refusal.notReady(Replica.baseProblem)
        #expect(replica.localReadRefusal == refusal)
        #expect(replica.streamRefusal == refusal)
        #expect(cluster.wait(cluster.read(at: node)) == .refused(refusal))
        #expect(cluster.wait(cluster.put("x", at: node))?.refusal == refusal)
        cluster.mendAll()
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(replica.localReadRefusal == nil)
        #expect(cluster.breaches == [])
    }

    @Test("the only member that has lost its base is not told to wait for a peer")
    func onlyMember() throws {
        let cluster = cluster(seed: 19) { $0.nodeCount = 1 }
        let node = cluster.machines[0]
        fill(cluster, at: node, count: 200)
        node.losePower()
        node.loseBase()
        node.start()
        cluster.timeline.run(milliseconds: 200)
        let replica = try #require(node.replica)
        #expect(replica.lacksBase)
        #expect(replica.status.problem?.contains("restore a backup") == true)
        #expect(cluster.breaches == [])
    }

    @Test("messages about snapshots are read as they were written, and nothing else is")
    func messages() {
        let files = [
            SnapshotFile(name: "000012.sst", byteCount: 77, checksum: 9),
            SnapshotFile(name: "CURRENT", byteCount: 16, checksum: 0xffff_ffff),
        ]
        let messages: [SnapshotMessage] = [
            .ask(atLeast: 0), .ask(atLeast: 1 << 46), .offer(nil),
            .offer(SnapshotDescription(slot: 300, files: files)),
            .offer(SnapshotDescription(slot: 0, files: [])),
            .read(slot: 1, file: 2, offset: 1 << 40, bytesMax: 1 << 20),
            .bytes(slot: 1, file: 0, offset: 7, nil), .bytes(slot: 1, file: 0, offset: 7, [1, 2]),
            .making, .damaged(slot: 300),
        ]
        for message in messages {
            let bytes = message.encoded
            #expect(SnapshotMessage(bytes) == message)
            for count in 0..<bytes.count {
                #expect(SnapshotMessage(Array(bytes.prefix(count))) == nil)
            }
            #expect(SnapshotMessage(bytes + [0]) == nil)
        }
        let tooHigh: UInt64 = 1 << 46 + 1
        let refused: [SnapshotMessage] = [
            .ask(atLeast: tooHigh), .offer(SnapshotDescription(slot: tooHigh, files: [])),
            .read(slot: tooHigh, file: 0, offset: 0, bytesMax: 1),
            .read(slot: 1, file: 0, offset: 16 << 40 + 1, bytesMax: 1),
            .bytes(slot: tooHigh, file: 0, offset: 0, nil),
            .bytes(slot: 1, file: 0, offset: .max, nil), .damaged(slot: tooHigh),
        ]
        for message in refused { #expect(SnapshotMessage(message.encoded) == nil, "\(message)") }
        #expect(SnapshotDescription(slot: 1 << 46, files: []).problem == nil)
        #expect(SnapshotDescription(slot: tooHigh, files: []).problem != nil)
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if let message = SnapshotMessage(bytes) {
                #expect(SnapshotMessage(message.encoded) == message)
            }
        }
    }
}
