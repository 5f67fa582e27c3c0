import Paxos
import Replication
import Simulation
import Testing
import WriteAheadLog

/// Formation over the real replica and log (P4 to P6): who may begin a cluster, and who may never vote.
@Suite("First start")
struct FirstStartTests {
    @Test("needs all listed members")
    func needsEverybody() throws {
        let cluster = World.idle(seed: 1)
        cluster.machines[0].start()
        cluster.machines[1].start()
        cluster.timeline.run(milliseconds: 3000)
        for node in cluster.living {
            #expect(node.replica?.clusterID == nil)
            #expect(node.replica?.status.problem?.contains("waiting for the first start") == true)
        }
        cluster.machines[2].start()
        #expect(cluster.becomesReadable(milliseconds: 2000))
        #expect(Set(cluster.machines.map { $0.replica?.clusterID }).count == 1)
        #expect(cluster.machines.allSatisfy { $0.replica?.status.problem == nil })
        #expect(cluster.machines.allSatisfy { $0.identity.cluster == $0.replica?.clusterID })
    }

    @Test("crashes while the cluster is being formed", arguments: 1...40 as ClosedRange<UInt64>)
    func crashesDuringFormation(seed: UInt64) throws {
        let cluster = World.idle(seed: seed)
        var dice = Dice(seed: seed, concern: "test")
        for node in cluster.machines {
            cluster.timeline.after(dice.number(in: 0...30_000)) { node.start() }
        }
        for _ in 0..<4 {
            cluster.timeline.run(milliseconds: dice.number(in: 1...25))
            let node = cluster.machines[dice.index(below: 3)]
            guard node.replica != nil else { continue }
            node.losePower()
            cluster.timeline.after(dice.number(in: 100...20_000)) { node.start() }
        }
        #expect(
            cluster.timeline.run(milliseconds: 3000) {
                cluster.machines.allSatisfy { $0.process?.isStarted == true }
            })
        #expect(cluster.becomesReadable(milliseconds: 3000))
        cluster.mustPut("k", at: cluster.machines[Int(seed % 3)])
        #expect(cluster.becomesLevel())
        #expect(Set(cluster.machines.map { $0.replica?.clusterID }).count == 1)
        #expect(cluster.machines.allSatisfy { $0.identity.cluster == $0.replica?.clusterID })
        #expect(cluster.breaches == [])
    }

    @Test("the right directory put back after a wipe: all is well again, and status says so")
    func rightCopyAfterAWipe() throws {
        let cluster = World.formed(seed: 15)
        cluster.mustPut("k", [4], at: cluster.machines[0])
        let victim = cluster.machines[2]
        victim.losePower()
        let copy = victim.backup()
        victim.wipe()
        victim.start()
        // Less than the 400 ms of silence after which the seat would pass to the other life.
        cluster.timeline.run(milliseconds: 200)
        victim.losePower()
        victim.restore(copy)
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        let isWell = cluster.timeline.run(milliseconds: 1000) {
            cluster.machines.allSatisfy { $0.replica?.status.problem == nil }
        }
        #expect(isWell)
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test("a wiped member has no vote and says so, as long as nobody can give it one")
    func wiped() throws {
        let cluster = World.formed(seed: 2)
        cluster.mustPut("k", [4], at: cluster.machines[0])
        let wiped = cluster.machines[2]
        wiped.losePower()
        cluster.machines[1].losePower()
        wiped.wipe()
        wiped.start()
        cluster.timeline.run(milliseconds: 1500)
        #expect(wiped.replica?.status.problem?.contains("no member") == true)
        guard case .refused(.notReady(let reason)) = cluster.wait(cluster.read(at: wiped)) else {
            Issue.record("a wiped member must refuse reads")
            return
        }
        #expect(reason.contains("no member"))
        guard case .notReady = cluster.wait(cluster.put("x", at: wiped))?.refusal else {
            Issue.record("a wiped member must refuse writes")
            return
        }
        // One intact voter and one wiped one are no quorum.
        let write = cluster.put("k", [6], at: cluster.machines[0])
        #expect(cluster.wait(write)?.isApplied == false)
        #expect(cluster.leader == nil)
        #expect(cluster.breaches == [])
    }

    @Test("two of three wiped end in `quorum lost`, never in an empty cluster", arguments: 0...2)
    func twoWiped(survivor: Int) throws {
        let cluster = World.formed(seed: 3 + UInt64(survivor))
        cluster.mustPut("k", [4], at: cluster.machines[0])
        let formed = cluster.machines[survivor].replica?.clusterID
        for (index, node) in cluster.machines.enumerated() {
            node.losePower()
            if index != survivor { node.wipe() }
        }
        for (index, node) in cluster.machines.enumerated() where index != survivor { node.start() }
        cluster.timeline.run(milliseconds: 1500)
        #expect(cluster.living.allSatisfy { $0.replica?.clusterID == nil })
        cluster.machines[survivor].start()
        cluster.timeline.run(milliseconds: 1500)
        for node in cluster.machines {
            #expect(node.replica?.status.problem?.contains("quorum lost") == true)
        }
        #expect(cluster.machines[survivor].replica?.clusterID == formed)
        #expect(cluster.machines.allSatisfy { $0.replica?.clusterID == formed })
        #expect(cluster.leader == nil)
        let read = cluster.wait(cluster.read(at: cluster.machines[survivor]))
        #expect(read != .ready)
    }

    @Test(
        "a directory that was put back from an old copy stops the process, if the operator wants to decide",
        arguments: [0, 1, 2])
    func rolledBack(restarted: Int) throws {
        let cluster = World.formed(seed: 7 + UInt64(restarted)) { $0.readmits = false }
        let victim = cluster.machines[2]
        cluster.mustPut("old", at: cluster.machines[0])
        victim.losePower()
        let copy = victim.backup()
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        for number in 0..<30 { cluster.mustPut("new/\(number)", at: victim) }
        victim.losePower()
        // The memory of what a peer said survives in one of the others.
        if restarted > 0 {
            cluster.machines[restarted - 1].losePower()
            cluster.machines[restarted - 1].start()
        }
        victim.restore(copy)
        cluster.checks.expectsHalts = true
        let votes = VoteWatch(cluster)
        if restarted > 0 { cluster.cutOff(victim, from: cluster.machines[restarted - 1]) }
        victim.start()
        #expect(cluster.timeline.run(milliseconds: 2000) { victim.haltReport != nil })
        #expect(victim.haltReport?.contains("old copy") == true)
        #expect(votes.counts[victim.replicaID] == nil)
        #expect(cluster.breaches == [])
    }

    @Test("a peer whose memory comes from its log tells it before the old copy votes")
    func rolledBackAfterRestartOfAll() throws {
        let cluster = World.formed(seed: 12) { $0.readmits = false }
        let victim = cluster.machines[2]
        victim.losePower()
        let copy = victim.backup()
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        // Enough to open new segments, whose state batches keep what peers were heard to say.
        let value = [UInt8](repeating: 1, count: 6000)
        for number in 0..<40 { cluster.mustPut("new/\(number)", value, at: victim) }
        for node in cluster.machines { node.losePower() }
        victim.restore(copy)
        cluster.checks.expectsHalts = true
        let votes = VoteWatch(cluster)
        for node in cluster.machines { node.start() }
        #expect(cluster.timeline.run(milliseconds: 2000) { victim.haltReport != nil })
        #expect(votes.counts[victim.replicaID] == nil)
        #expect(cluster.becomesReadable(milliseconds: 3000))
    }

    /// What an operator is told to do, done with the wrong copy.
    @Test("an old copy that is put back after a wipe stops the process, too")
    func oldCopyAfterAWipe() throws {
        let cluster = World.formed(seed: 14) { $0.readmits = false }
        let victim = cluster.machines[1]
        victim.losePower()
        let copy = victim.backup()
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        for number in 0..<30 { cluster.mustPut("new/\(number)", at: victim) }
        victim.losePower()
        victim.wipe()
        victim.start()
        cluster.timeline.run(milliseconds: 200)
        #expect(victim.replica?.status.problem?.contains("no member") == true)
        victim.losePower()
        victim.restore(copy)
        cluster.checks.expectsHalts = true
        let votes = VoteWatch(cluster)
        victim.start()
        #expect(cluster.timeline.run(milliseconds: 2000) { victim.haltReport != nil })
        #expect(votes.counts[victim.replicaID] == nil)
    }

    @Test("a node that meets its peers again under load is not taken for an old copy")
    func reconnections() throws {
        let cluster = World.formed(seed: 13) { $0.setClients(6, meanPauseMicroseconds: 600) }
        var dice = Dice(seed: 13, concern: "test")
        let clients = Workload(cluster)
        clients.start()
        for _ in 0..<30 {
            cluster.timeline.run(milliseconds: 30)
            let left = cluster.machines[dice.index(below: 3)]
            for right in cluster.machines where right !== left {
                cluster.network.breakConnection(left, right)
            }
        }
        clients.stop()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.breaches == [])
        #expect(cluster.network.refusals == [])
    }
}

/// Counts the votes of each node: promises, and accepts.
private final class VoteWatch {
    private(set) var counts: [ReplicaID: Int] = [:]

    init(_ cluster: World) {
        cluster.onMessage = { [self] message, sender, _ in
            switch message {
            case .promise, .accepted, .prepare, .accept: counts[sender.replicaID, default: 0] += 1
            default: break
            }
        }
    }
}
