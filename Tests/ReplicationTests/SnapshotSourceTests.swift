import Basics
import Paxos
import Simulation
import Testing

@testable import Replication
@testable import Rows

/// Where a snapshot comes from when a peer cannot give it.
@Suite("Sources of snapshots")
struct SnapshotSourceTests {
    /// A cluster whose third node was away for longer than the logs reach, and is not started yet.
    private func cluster(seed: UInt64) -> World {
        let cluster = World.formed(
            seed: seed,
            tune: {
                $0.hasBase = true
                $0.memory = MemoryPlan(
                    generationBytes: 4 << 10, tableBytes: 2 << 10, replayBytes: 64 << 10)
                $0.logTailBytes = 0
                $0.logPinnedBytes = 0
                $0.tailBytes = 0
            })
        cluster.machines[2].losePower()
        for number in 0..<200 {
            let value = [UInt8](repeating: UInt8(number), count: 3_000)
            cluster.mustPut("k\(number % 40)", value, at: cluster.machines[0])
        }
        return cluster
    }

    /// Does something to the first peer that sends a message of a kind to the laggard.
    private func strike(
        _ cluster: World, at isMoment: @escaping (SnapshotMessage) -> Bool,
        _ action: @escaping (SimMachine) -> Void
    ) {
        var isOver = false
        cluster.onMessage = { message, sender, receiver in
            guard !isOver, receiver === cluster.machines[2], case .host(let host) = message,
                let said = SnapshotMessage(host.payload), isMoment(said)
            else { return }
            isOver = true
            cluster.timeline.after(0) { action(sender) }
        }
    }

    private func isOffer(_ message: SnapshotMessage) -> Bool {
        if case .offer(.some) = message { true } else { false }
    }

    private func expectTaken(_ cluster: World, milliseconds: UInt64) throws {
        let away = cluster.machines[2]
        #expect(
            cluster.timeline.run(milliseconds: milliseconds) {
                away.replica?.marks[.snapshotInstalled] == 1
            })
        #expect(cluster.becomesLevel())
        #expect(cluster.value("k39", at: away)?.count == 3_000)
        #expect(try #require(away.replica).marks[.snapshotSourceChanged] >= 1)
        #expect(cluster.breaches == [])
    }

    @Test("a source that dies in the middle is left for another one")
    func deadSource() throws {
        let cluster = cluster(seed: 11)
        var dead: SimMachine?
        strike(cluster, at: isOffer) {
            dead = $0
            $0.losePower()
        }
        cluster.machines[2].start()
        try expectTaken(cluster, milliseconds: Limits.snapshotSilenceMilliseconds + 10_000)
        #expect(dead != nil && dead?.process == nil)
    }

    @Test("a source that falls silent is left for another one")
    func silentSource() throws {
        let cluster = cluster(seed: 12)
        var isCut = false
        cluster.onMessage = { [unowned cluster] message, sender, receiver in
            guard !isCut, sender === cluster.machines[2], case .host(let host) = message,
                case .read = SnapshotMessage(host.payload)
            else { return }
            isCut = true
            cluster.timeline.after(0) { [unowned cluster] in
                cluster.cutOff(receiver, from: cluster.machines[2], breaks: false)
            }
        }
        cluster.machines[2].start()
        // Meanwhile the node says how much it lacks, and that no end is to be seen.
        let isSeen = cluster.timeline.run(milliseconds: 5_000) {
            let progress = cluster.machines[2].replica?.status.progress
            return progress?.isBehind == true && progress?.missingSnapshotBytes ?? 0 > 0
                && progress?.secondsLeft == nil
        }
        #expect(isSeen)
        try expectTaken(cluster, milliseconds: Limits.snapshotSilenceMilliseconds + 10_000)
    }

    @Test("a source that is at it and does not get it done is left for another one")
    func hangingSource() throws {
        let cluster = cluster(seed: 16)
        let away = cluster.machines[2]
        var hanging: SimMachine?
        cluster.onMessage = { message, sender, receiver in
            guard hanging == nil, sender === away, case .host(let host) = message,
                case .ask = SnapshotMessage(host.payload)
            else { return }
            hanging = receiver
            let microseconds = 3 * Limits.snapshotMakingMilliseconds * 1_000
            receiver.diskStalledUntil = cluster.timeline.nowMicroseconds + microseconds
        }
        away.start()
        #expect(
            cluster.timeline.run(milliseconds: Limits.snapshotMakingMilliseconds + 20_000) {
                away.replica?.marks[.snapshotInstalled] == 1
            })
        #expect(hanging != nil)
        #expect(cluster.value("k39", at: away)?.count == 3_000)
        #expect(cluster.breaches == [])
    }

    @Test("a copy that nobody reads goes after a while, after a restart, too")
    func copiesGo() throws {
        let cluster = cluster(seed: 18)
        let node = cluster.machines[0]
        let peer = cluster.machines[1].replicaID
        let wait = Limits.snapshotKeptMilliseconds + 5_000
        // Not new enough for whoever asked.
        let giver = try #require(node.replica?.giver)
        giver.offer(atLeast: 1 << 40, to: peer, nowMilliseconds: 0)
        node.process?.requestTurn()
        #expect(cluster.timeline.run(milliseconds: 1_000) { !node.base.snapshots.isEmpty })
        cluster.timeline.run(milliseconds: wait)
        #expect(node.base.snapshots.isEmpty)
        // The process has ended before it was read.
        giver.offer(atLeast: 1, to: peer, nowMilliseconds: 0)
        node.process?.requestTurn()
        #expect(cluster.timeline.run(milliseconds: 1_000) { !node.base.snapshots.isEmpty })
        node.kill()
        if node.process == nil { node.start() }
        cluster.timeline.run(milliseconds: Limits.snapshotKeptMilliseconds / 2)
        #expect(!node.base.snapshots.isEmpty, "who was reading it goes on")
        cluster.timeline.run(milliseconds: wait)
        #expect(node.base.snapshots.isEmpty)
        #expect(cluster.breaches == [])
    }

    @Test("a snapshot that rots where it lies is not taken, and nobody is given it again")
    func rottenSnapshot() throws {
        let cluster = cluster(seed: 13)
        var source: SimMachine?
        strike(cluster, at: isOffer) {
            source = $0
            #expect($0.base.rotSnapshot { $0 / 2 })
        }
        cluster.machines[2].start()
        try expectTaken(cluster, milliseconds: 10_000)
        #expect(try #require(source?.replica).marks[.snapshotFoundDamaged] == 1)
    }

    @Test("a state that is not new enough is refused, and another peer is asked at once")
    func refusingSource() throws {
        let cluster = cluster(seed: 14)
        var refusing: SimMachine?
        let away = cluster.machines[2]
        // Whoever is asked first is asked for more than it has, and says no, each time.
        cluster.onMessage = { message, sender, receiver in
            guard sender === away, refusing == nil || refusing === receiver,
                case .host(let host) = message,
                case .ask(let slot) = SnapshotMessage(host.payload)
            else { return }
            refusing = receiver
            receiver.replica?.giver?.offer(
                atLeast: slot + 1_000_000, to: away.replicaID, nowMilliseconds: 0)
        }
        away.start()
        #expect(
            cluster.timeline.run(milliseconds: 10_000) {
                away.replica?.marks[.snapshotInstalled] == 1
            })
        #expect(cluster.becomesLevel())
        #expect(refusing != nil)
        #expect(cluster.breaches == [])
    }

    @Test("a node without a base says that it cannot come back, and comes back with one")
    func withoutABase() throws {
        let cluster = cluster(seed: 15)
        let away = cluster.machines[2]
        away.keepsBase = false
        away.start()
        let says = { away.replica?.status.problem?.contains("--storage disk") == true }
        #expect(cluster.timeline.run(milliseconds: 10_000, until: says))
        away.kill()
        away.keepsBase = true
        away.start()
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.becomesLevel())
        #expect(away.replica?.status.problem == nil)
        #expect(cluster.value("k39", at: away)?.count == 3_000)
        #expect(cluster.breaches == [])
    }

    // MARK: The choice

    private let peers = [ReplicaID(1), ReplicaID(2), ReplicaID(3)]

    @Test("who failed is asked again only when nobody else is left, or after a while")
    func choice() {
        var sources = SnapshotSources()
        func choice(_ now: UInt64) -> ReplicaID {
            sources.choice(preferring: peers[1], among: peers, nowMilliseconds: now)
        }
        #expect(choice(0) == peers[1])
        sources.noteFailure(of: peers[1], nowMilliseconds: 0)
        #expect(choice(1) == peers[0])
        sources.noteFailure(of: peers[0], nowMilliseconds: 2)
        #expect(choice(3) == peers[2])
        sources.noteFailure(of: peers[2], nowMilliseconds: 4)
        // All have failed: the one whose failure is the oldest.
        #expect(sources.untried(among: peers, nowMilliseconds: 5) == nil)
        #expect(choice(5) == peers[1])
        sources.noteFailure(of: peers[1], nowMilliseconds: 6)
        #expect(choice(7) == peers[0])
        // Who is not heard is asked only if it is the one that must have it.
        #expect(
            sources.choice(preferring: peers[1], among: [], nowMilliseconds: 7) == peers[1])
        #expect(choice(6 + Limits.snapshotShunMilliseconds) == peers[1])
        sources.forgetFailures()
        #expect(choice(8) == peers[1])
    }

    @Test("the operator is told once, and again after a while")
    func reminder() {
        var reminder = Reminder()
        func isDue(_ now: UInt64) -> Bool { reminder.isDue(every: 30_000, nowMilliseconds: now) }
        #expect(isDue(5))
        #expect(!isDue(6))
        #expect(!isDue(30_004))
        #expect(isDue(30_005))
        #expect(!isDue(40_000))
        reminder.end()
        #expect(isDue(40_001))
    }
}
