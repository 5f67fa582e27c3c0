import LogTesting
import Replication
import Testing

/// Nodes that were away: they fetch from memory or from the logs of others, and apply in pieces.
@Suite("Laggards")
struct LaggardTests {
    @Test("what no memory holds any more is read back from the log")
    func readBack() throws {
        let cluster = Cluster(seed: 1).formed()
        let away = cluster.nodes[2]
        away.crash()
        for number in 0..<120 { cluster.mustPut("k\(number)", [7], at: cluster.nodes[0]) }
        // Their memories of decided values end with them.
        for node in cluster.nodes where node !== away { node.crash() }
        for node in cluster.nodes { node.start() }
        #expect(cluster.becomesReadable(milliseconds: 5000))
        #expect(cluster.becomesLevel())
        #expect(cluster.value("k77", at: away) == [7])
        #expect(cluster.nodes[0].disk.scanCount + cluster.nodes[1].disk.scanCount > 0)
        #expect(cluster.violations == [])
    }

    @Test("a backlog larger than the tail in memory comes from the log, then from memory")
    func backlogAboveTheTail() throws {
        let cluster = Cluster(seed: 2).formed()
        let away = cluster.nodes[1]
        away.crash()
        let value = [UInt8](repeating: 5, count: 1 << 20)
        for number in 0..<36 { cluster.mustPut("big/\(number)", value, at: cluster.nodes[0]) }
        away.start()
        let read = cluster.read(at: away)
        cluster.timeline.run(milliseconds: 10)
        #expect(read.count == 0)
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.becomesLevel())
        #expect(cluster.nodes[0].disk.scanCount + cluster.nodes[2].disk.scanCount > 0)
        #expect(cluster.violations == [])
    }

    @Test("more than one turn's budget is applied in pieces, and reads wait for all of it")
    func slicedApply() throws {
        let cluster = Cluster(seed: 3).formed()
        let away = cluster.nodes[2]
        away.crash()
        let value = [UInt8](repeating: 6, count: 60_000)
        for number in 0..<60 { cluster.mustPut("k/\(number)", value, at: cluster.nodes[0]) }
        away.start()
        var hasBeenBehind = false
        cluster.onTurn = { node in
            guard node === away, let status = node.replica?.status else { return }
            if status.decidedSlot > status.appliedSlot { hasBeenBehind = true }
        }
        var read: Answer<ReadResult>?
        let isThere = cluster.timeline.run(milliseconds: 5000) {
            guard let status = away.replica?.status else { return false }
            if read == nil, status.leader != 0 { read = cluster.read(at: away) }
            return read?.count == 1
        }
        #expect(isThere)
        #expect(read?.value == .ready)
        #expect(cluster.value("k/59", at: away) == value)
        #expect(hasBeenBehind, "nothing was applied in pieces: the test shows nothing")
        #expect(cluster.becomesLevel())
    }

    @Test("every node comes back level after a partition", arguments: 1...4 as ClosedRange<UInt64>)
    func partition(seed: UInt64) throws {
        let cluster = Cluster(seed: seed).formed()
        let clients = Workload(cluster, clients: 6, thinkMicroseconds: 100...2_000)
        for node in cluster.nodes {
            cluster.isolate(node, breaks: seed.isMultiple(of: 2))
            cluster.timeline.run(milliseconds: 1500)
            cluster.unblockAll()
            cluster.timeline.run(milliseconds: 300)
        }
        clients.stop()
        #expect(cluster.timeline.run(milliseconds: 3000) { clients.isQuiet })
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        #expect(cluster.violations == [])
        for node in cluster.nodes {
            let machine = try #require(node.replica?.machine)
            #expect(HistoryChecker.check(clients.operations, against: machine) == [])
        }
    }
}
