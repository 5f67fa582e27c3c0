import Paxos
import Replication
import Testing
import WriteAheadLog

/// Formation over the real replica and log (P4 to P6): who may begin a cluster, and who may never vote.
@Suite("First start")
struct FirstStartTests {
    @Test("needs all listed members")
    func needsEverybody() throws {
        let cluster = Cluster(seed: 1)
        cluster.nodes[0].start()
        cluster.nodes[1].start()
        cluster.timeline.run(milliseconds: 3000)
        for node in cluster.liveNodes {
            #expect(node.replica?.clusterID == nil)
            #expect(node.replica?.status.problem?.contains("waiting for the first start") == true)
        }
        cluster.nodes[2].start()
        #expect(cluster.becomesReadable(milliseconds: 2000))
        #expect(Set(cluster.nodes.map { $0.replica?.clusterID }).count == 1)
        #expect(cluster.nodes.allSatisfy { $0.replica?.status.problem == nil })
        #expect(cluster.nodes.allSatisfy { $0.identity.cluster == $0.replica?.clusterID })
    }

    @Test("crashes while the cluster is being formed", arguments: 1...40 as ClosedRange<UInt64>)
    func crashesDuringFormation(seed: UInt64) throws {
        let cluster = Cluster(seed: seed)
        for node in cluster.nodes {
            cluster.timeline.after(cluster.random(in: 0...30_000)) { node.start() }
        }
        for _ in 0..<4 {
            cluster.timeline.run(milliseconds: cluster.random(in: 1...25))
            let node = cluster.nodes[Int(cluster.random(in: 0...2))]
            guard node.replica != nil else { continue }
            node.crash()
            cluster.timeline.after(cluster.random(in: 100...20_000)) { node.start() }
        }
        #expect(
            cluster.timeline.run(milliseconds: 3000) { cluster.nodes.allSatisfy(\.isStarted) })
        #expect(cluster.becomesReadable(milliseconds: 3000))
        cluster.mustPut("k", at: cluster.nodes[Int(seed % 3)])
        #expect(cluster.becomesLevel())
        #expect(Set(cluster.nodes.map { $0.replica?.clusterID }).count == 1)
        #expect(cluster.nodes.allSatisfy { $0.identity.cluster == $0.replica?.clusterID })
        #expect(cluster.violations == [])
    }

    @Test("the right directory put back after a wipe: all is well again, and status says so")
    func rightCopyAfterAWipe() throws {
        let cluster = Cluster(seed: 15).formed()
        cluster.mustPut("k", [4], at: cluster.nodes[0])
        let victim = cluster.nodes[2]
        victim.crash()
        let copy = victim.backup()
        victim.wipe()
        victim.start()
        cluster.timeline.run(milliseconds: 500)
        #expect(cluster.nodes[0].replica?.status.problem?.contains("without its data") == true)
        victim.crash()
        victim.restore(copy)
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        let isWell = cluster.timeline.run(milliseconds: 1000) {
            cluster.nodes.allSatisfy { $0.replica?.status.problem == nil }
        }
        #expect(isWell)
        #expect(cluster.becomesLevel())
        #expect(cluster.violations == [])
    }

    @Test("a wiped member never votes and says so, and the others serve on")
    func wiped() throws {
        let cluster = Cluster(seed: 2).formed()
        cluster.mustPut("k", [4], at: cluster.nodes[0])
        let wiped = cluster.nodes[2]
        let votes = VoteWatch(cluster)
        wiped.crash()
        wiped.wipe()
        wiped.start()
        cluster.timeline.run(milliseconds: 1500)
        #expect(wiped.replica?.status.problem?.contains("does not vote") == true)
        #expect(wiped.replica?.clusterID == nil)
        for _ in 0..<20 { cluster.mustPut("k", [5], at: cluster.nodes[1]) }
        guard case .refused(.notReady(let reason)) = cluster.wait(cluster.read(at: wiped)) else {
            Issue.record("a wiped member must refuse reads")
            return
        }
        #expect(reason.contains("does not vote"))
        guard case .notReady = cluster.wait(cluster.put("x", at: wiped))?.refusal else {
            Issue.record("a wiped member must refuse writes")
            return
        }
        // One intact voter and one wiped one are no quorum.
        cluster.nodes[1].crash()
        let write = cluster.put("k", [6], at: cluster.nodes[0])
        #expect(cluster.wait(write)?.isApplied == false)
        cluster.timeline.run(milliseconds: 1000)
        #expect(votes.counts[wiped.replicaID] == nil)
        #expect((votes.counts[cluster.nodes[1].replicaID] ?? 0) > 0)
        #expect(cluster.violations == [])
    }

    @Test("two of three wiped end in `quorum lost`, never in an empty cluster", arguments: 0...2)
    func twoWiped(survivor: Int) throws {
        let cluster = Cluster(seed: 3 + UInt64(survivor)).formed()
        cluster.mustPut("k", [4], at: cluster.nodes[0])
        let formed = cluster.nodes[survivor].replica?.clusterID
        for (index, node) in cluster.nodes.enumerated() {
            node.crash()
            if index != survivor { node.wipe() }
        }
        let votes = VoteWatch(cluster)
        for (index, node) in cluster.nodes.enumerated() where index != survivor { node.start() }
        cluster.timeline.run(milliseconds: 1500)
        #expect(cluster.liveNodes.allSatisfy { $0.replica?.clusterID == nil })
        cluster.nodes[survivor].start()
        cluster.timeline.run(milliseconds: 1500)
        for node in cluster.nodes {
            #expect(node.replica?.status.problem?.contains("quorum lost") == true)
        }
        #expect(cluster.nodes[survivor].replica?.clusterID == formed)
        #expect(cluster.nodes.compactMap { $0.replica?.clusterID } == [formed])
        #expect(votes.counts.isEmpty)
        let read = cluster.wait(cluster.read(at: cluster.nodes[survivor]))
        #expect(read != .ready)
    }

    @Test(
        "a directory that was put back from an old copy stops the process", arguments: [0, 1, 2])
    func rolledBack(restarted: Int) throws {
        let cluster = Cluster(seed: 7 + UInt64(restarted)).formed()
        let victim = cluster.nodes[2]
        cluster.mustPut("old", at: cluster.nodes[0])
        victim.crash()
        let copy = victim.backup()
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        for number in 0..<30 { cluster.mustPut("new/\(number)", at: victim) }
        victim.crash()
        // The memory of what a peer said survives in one of the others.
        if restarted > 0 {
            cluster.nodes[restarted - 1].crash()
            cluster.nodes[restarted - 1].start()
        }
        victim.restore(copy)
        cluster.expectsHalts = true
        let votes = VoteWatch(cluster)
        if restarted > 0 { cluster.block(victim, cluster.nodes[restarted - 1]) }
        victim.start()
        #expect(cluster.timeline.run(milliseconds: 2000) { victim.haltReport != nil })
        #expect(victim.haltReport?.contains("old copy") == true)
        #expect(votes.counts[victim.replicaID] == nil)
        #expect(cluster.violations == [])
    }

    @Test("a peer whose memory comes from its log tells it before the old copy votes")
    func rolledBackAfterRestartOfAll() throws {
        let cluster = Cluster(seed: 12).formed()
        let victim = cluster.nodes[2]
        victim.crash()
        let copy = victim.backup()
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        // Enough to open new segments, whose state batches keep what peers were heard to say.
        let value = [UInt8](repeating: 1, count: 6000)
        for number in 0..<40 { cluster.mustPut("new/\(number)", value, at: victim) }
        for node in cluster.nodes { node.crash() }
        victim.restore(copy)
        cluster.expectsHalts = true
        let votes = VoteWatch(cluster)
        for node in cluster.nodes { node.start() }
        #expect(cluster.timeline.run(milliseconds: 2000) { victim.haltReport != nil })
        #expect(votes.counts[victim.replicaID] == nil)
        #expect(cluster.becomesReadable(milliseconds: 3000))
    }

    /// What an operator is told to do, done with the wrong copy.
    @Test("an old copy that is put back after a wipe stops the process, too")
    func oldCopyAfterAWipe() throws {
        let cluster = Cluster(seed: 14).formed()
        let victim = cluster.nodes[1]
        victim.crash()
        let copy = victim.backup()
        victim.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        for number in 0..<30 { cluster.mustPut("new/\(number)", at: victim) }
        victim.crash()
        victim.wipe()
        victim.start()
        cluster.timeline.run(milliseconds: 500)
        #expect(victim.replica?.status.problem?.contains("does not vote") == true)
        victim.crash()
        victim.restore(copy)
        cluster.expectsHalts = true
        let votes = VoteWatch(cluster)
        victim.start()
        #expect(cluster.timeline.run(milliseconds: 2000) { victim.haltReport != nil })
        #expect(votes.counts[victim.replicaID] == nil)
    }

    @Test("a node that meets its peers again under load is not taken for an old copy")
    func reconnections() throws {
        let cluster = Cluster(seed: 13).formed()
        let clients = Workload(cluster, clients: 6, thinkMicroseconds: 100...1_000)
        for _ in 0..<30 {
            cluster.timeline.run(milliseconds: 30)
            let left = cluster.nodes[Int(cluster.random(in: 0...2))]
            for right in cluster.nodes where right !== left {
                cluster.connection(left, right)?.close()
            }
        }
        clients.stop()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.violations == [])
        #expect(cluster.refusals == [])
    }
}

/// Counts the votes of each node: promises, and accepts.
private final class VoteWatch {
    private(set) var counts: [ReplicaID: Int] = [:]

    init(_ cluster: Cluster) {
        cluster.onMessage = { [self] message, sender, _ in
            switch message {
            case .promise, .accepted, .prepare, .accept: counts[sender.replicaID, default: 0] += 1
            default: break
            }
        }
    }
}
