import Basics
import Replication
import Simulation
import Testing
import WriteAheadLog

/// Nodes that were away: they fetch from memory or from the logs of others, and apply in pieces.
@Suite("Laggards")
struct LaggardTests {
    @Test("what no memory holds any more is read back from the log")
    func readBack() throws {
        let cluster = World.formed(seed: 1)
        let away = cluster.machines[2]
        away.losePower()
        for number in 0..<120 { cluster.mustPut("k\(number)", [7], at: cluster.machines[0]) }
        // Their memories of decided values end with them.
        for node in cluster.machines where node !== away { node.losePower() }
        for node in cluster.machines { node.start() }
        #expect(cluster.becomesReadable(milliseconds: 5000))
        #expect(cluster.becomesLevel())
        #expect(cluster.value("k77", at: away) == [7])
        #expect(readBacks(cluster, for: away) > 0)
        #expect(cluster.breaches == [])
    }

    @Test("a backlog larger than the tail in memory comes from the log, then from memory")
    func backlogAboveTheTail() throws {
        let cluster = World.formed(seed: 2)
        let away = cluster.machines[1]
        away.losePower()
        let value = [UInt8](repeating: 5, count: 1 << 20)
        for number in 0..<36 { cluster.mustPut("big/\(number)", value, at: cluster.machines[0]) }
        away.start()
        let read = cluster.read(at: away)
        cluster.timeline.run(milliseconds: 10)
        #expect(read.count == 0)
        #expect(cluster.becomesReadable(milliseconds: 20_000))
        #expect(cluster.becomesLevel())
        #expect(readBacks(cluster, for: away) > 0)
        #expect(cluster.breaches == [])
    }

    @Test("more than one turn's budget is applied in pieces, and reads wait for all of it")
    func slicedApply() throws {
        let cluster = World.formed(seed: 3)
        let away = cluster.machines[2]
        away.losePower()
        let value = [UInt8](repeating: 6, count: 60_000)
        for number in 0..<60 { cluster.mustPut("k/\(number)", value, at: cluster.machines[0]) }
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
        let cluster = World.formed(seed: seed) { $0.setClients(6, meanPauseMicroseconds: 1_000) }
        let clients = Workload(cluster)
        clients.start()
        for node in cluster.machines {
            cluster.isolate(node, breaks: seed.isMultiple(of: 2))
            cluster.timeline.run(milliseconds: 1500)
            cluster.mendAll()
            cluster.timeline.run(milliseconds: 300)
        }
        cluster.judge(clients)
    }

    /// How often the others read decided values back from their logs.
    private func readBacks(_ cluster: World, for away: SimMachine) -> UInt64 {
        cluster.machines.filter { $0 !== away }.map { $0.replica?.logMarks[.readBack] ?? 0 }.reduce(
            0, +)
    }
}
