import Basics
import EtcdMessages
import MVCC
import Protobuf
import Replication
import Simulation
import StateMachine
import Testing

/// Commands that take long: apply goes on in pieces, waits for the base without holding up the loop, and everything
/// else goes on meanwhile.
@Suite("Apply in pieces")
struct ApplyTests {
    private static let keyCount = 600

    /// A cluster that has keys on disk only, and whose turns apply little.
    private func cluster(seed: UInt64, decidedBytes: Int = 1 << 20) -> World {
        let cluster = World.formed(seed: seed) {
            $0.hasBase = true
            $0.memory = MemoryPlan(
                generationBytes: 8 << 10, tableBytes: 4 << 10, replayBytes: 64 << 10,
                decidedBytes: decidedBytes)
            $0.appliedKeysPerTurn = 5
        }
        for group in 0..<Self.keyCount / 100 {
            let puts = (0..<100).map { number in
                RequestOp.with {
                    $0.requestPut = .with {
                        $0.key = Array("k/\(group)/\(number)".utf8)
                        $0.value = [UInt8](repeating: 7, count: 60)
                    }
                }
            }
            let txn = TxnRequest.with { $0.success = puts }
            let answer = cluster.propose(.txn, txn.serializedBytes(), at: cluster.machines[0])
            if cluster.wait(answer)?.isApplied != true { Issue.record("it was not filled") }
        }
        for number in 0..<60 {
            cluster.mustPut(
                "other/\(number)", [UInt8](repeating: 1, count: 200), at: cluster.machines[0])
        }
        #expect(cluster.becomesLevel())
        return cluster
    }

    private func count(_ cluster: World, _ mark: ReplicaMark) -> UInt64 {
        cluster.machines.reduce(0) { $0 + ($1.replica?.marks[mark] ?? 0) }
    }

    private func isUnblocked(_ cluster: World) -> Bool {
        cluster.machines.allSatisfy { $0.replica?.machine.blockingReadCount == 0 }
    }

    private let everything = DeleteRangeRequest.with {
        $0.key = Array("k/".utf8)
        $0.rangeEnd = Array("k0".utf8)
    }

    @Test("a deleted range of cold keys is fetched in pieces, and nobody sees half of it")
    func coldDelete() throws {
        let cluster = cluster(seed: 1)
        let waits = count(cluster, .applyWaitedForBase)
        let leader = cluster.machines[0].replica?.status.leader
        let node = cluster.machines[1]
        var seen: Set<Int> = []
        var turns = 0
        cluster.onTurn = { machine in
            guard machine === node, let state = machine.replica?.machine, state.keyspace.isWriting
            else {
                return
            }
            turns += 1
            let request = RangeRequest.with {
                $0.key = self.everything.key
                $0.rangeEnd = self.everything.rangeEnd
                $0.countOnly = true
            }
            if let count = try? state.range(request).count { seen.insert(Int(count)) }
        }
        let answer = cluster.propose(.deleteRange, everything.serializedBytes(), at: node)
        let sequential = cluster.value("other/7", at: node)
        let result = cluster.wait(answer)
        guard case .applied(.deleteRange(let response))? = result else {
            Issue.record("\(String(describing: result))")
            return
        }
        #expect(response.deleted == Int64(Self.keyCount))
        #expect(sequential?.count == 200)
        #expect(turns > Self.keyCount / 5)
        #expect(seen == [Self.keyCount])
        #expect(count(cluster, .applyWaitedForBase) > waits + UInt64(Self.keyCount / 5))
        #expect(cluster.becomesLevel())
        #expect(isUnblocked(cluster))
        #expect(cluster.machines[0].replica?.status.leader == leader)
        #expect(cluster.breaches == [])
    }

    @Test("a lease ends with all its keys at once, though they are fetched and deleted in pieces")
    func coldRevoke() throws {
        let cluster = cluster(seed: 7)
        let node = cluster.machines[1]
        let grant = LeaseGrantRequest.with {
            $0.id = 9
            $0.ttl = 1000
        }
        let granted = cluster.propose(.leaseGrant, grant.serializedBytes(), at: node)
        #expect(cluster.wait(granted)?.isApplied == true)
        // More than are fetched when the command is accepted.
        for group in 0..<12 {
            let puts = (0..<100).map { number in
                RequestOp.with {
                    $0.requestPut = .with {
                        $0.key = Array("leased/\(group)/\(number)".utf8)
                        $0.value = [UInt8](repeating: 5, count: 20)
                        $0.lease = 9
                    }
                }
            }
            let txn = TxnRequest.with { $0.success = puts }
            let filled = cluster.propose(.txn, txn.serializedBytes(), at: node)
            #expect(cluster.wait(filled)?.isApplied == true)
        }
        for number in 0..<60 {
            cluster.mustPut("more/\(number)", [UInt8](repeating: 1, count: 200), at: node)
        }
        #expect(cluster.becomesLevel())
        let waits = count(cluster, .applyWaitedForBase)
        var seen: Set<Int> = []
        cluster.onTurn = { machine in
            guard let state = machine.replica?.machine, state.keyspace.isWriting else { return }
            let request = RangeRequest.with {
                $0.key = Array("leased/".utf8)
                $0.rangeEnd = Array("leased0".utf8)
                $0.countOnly = true
            }
            if let count = try? state.range(request).count { seen.insert(Int(count)) }
            #expect(state.leases.has(9))
        }
        let revoke = LeaseRevokeRequest.with { $0.id = 9 }
        let revoked = cluster.propose(.leaseRevoke, revoke.serializedBytes(), at: node)
        #expect(cluster.wait(revoked)?.isApplied == true)
        #expect(cluster.becomesLevel())
        #expect(seen == [1200])
        #expect(count(cluster, .applyWaitedForBase) > waits)
        #expect(cluster.value("leased/11/99", at: node) == nil)
        for machine in cluster.machines {
            #expect(machine.replica?.machine.leases.has(9) == false)
        }
        #expect(isUnblocked(cluster))
        #expect(cluster.breaches == [])
    }

    @Test("what is decided behind a long slot is left to the log, and read back")
    func decidedBehind() throws {
        let cluster = cluster(seed: 6, decidedBytes: 500)
        let before = count(cluster, .decidedReadBack)
        let delete = cluster.propose(
            .deleteRange, everything.serializedBytes(), at: cluster.machines[0])
        let isInside = cluster.timeline.run(milliseconds: 3000) {
            cluster.machines[1].replica?.machine.keyspace.isWriting == true
        }
        #expect(isInside)
        let puts = (0..<40).map { number in
            cluster.put(
                "behind/\(number)", [UInt8](repeating: 3, count: 200), at: cluster.machines[0])
        }
        #expect(cluster.wait(delete)?.isApplied == true)
        for put in puts { #expect(cluster.wait(put)?.isApplied == true) }
        #expect(count(cluster, .decidedLeftToLog) > 0)
        #expect(count(cluster, .decidedReadBack) > before)
        #expect(cluster.becomesLevel())
        #expect(cluster.value("behind/39", at: cluster.machines[2])?.count == 200)
        #expect(cluster.breaches == [])
    }

    @Test("a flush waits for the end of the slot that is being applied, and comes")
    func flushBetweenSlots() throws {
        let cluster = cluster(seed: 2)
        let node = cluster.machines[2]
        let ended = node.replica?.marks[.flushEnded] ?? 0
        var wasDue = false
        cluster.onTurn = { machine in
            guard machine === node, let state = machine.replica?.machine, state.isApplying,
                state.keyspace.isWriting
            else { return }
            wasDue = true
            machine.replica?.startFlush()
        }
        let answer = cluster.propose(.deleteRange, everything.serializedBytes(), at: node)
        #expect(cluster.wait(answer)?.isApplied == true)
        #expect(wasDue)
        #expect(
            cluster.timeline.run(milliseconds: 3000) {
                node.replica?.marks[.flushEnded] ?? 0 > ended
            })
        node.losePower()
        node.start()
        #expect(cluster.becomesReadable(milliseconds: 5000))
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test("a process that dies in the middle of a slot begins it anew")
    func deathInside() throws {
        let cluster = cluster(seed: 3)
        let node = cluster.machines[1]
        var wasInside = false
        cluster.onTurn = { machine in
            guard machine === node, let keyspace = machine.replica?.machine.keyspace,
                keyspace.isWriting, !wasInside
            else { return }
            wasInside = true
            machine.process?.die(afterEffects: 0, losingPower: false)
        }
        let answer = cluster.propose(
            .deleteRange, everything.serializedBytes(), at: cluster.machines[0])
        #expect(cluster.wait(answer)?.isApplied == true)
        #expect(cluster.timeline.run(milliseconds: 3000) { wasInside && node.process == nil })
        node.start()
        #expect(cluster.becomesReadable(milliseconds: 5000))
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test("a transaction that only reads is served in pieces from one revision")
    func readOnlyTransaction() throws {
        let cluster = cluster(seed: 4)
        let node = cluster.machines[0]
        let range = RequestOp.with {
            $0.requestRange = .with {
                $0.key = everything.key
                $0.rangeEnd = everything.rangeEnd
            }
        }
        let txn = TxnRequest.with { $0.success = [range, range] }
        let blocked = node.replica?.machine.keyspace.blockingReadCount
        var response: TxnResponse?
        node.process?.reader?.read(txn) { response = try? $0.get() }
        cluster.mustPut("k/0/0", [9], at: node)
        #expect(cluster.timeline.run(milliseconds: 3000) { response != nil })
        let found = try #require(response).responses.map(\.responseRange)
        #expect(found.map(\.count) == [Int64(Self.keyCount), Int64(Self.keyCount)])
        #expect(found[0].kvs == found[1].kvs)
        #expect(found[1].kvs.allSatisfy { $0.value.count == 60 })
        #expect(node.replica?.machine.keyspace.blockingReadCount == blocked)
        #expect(cluster.breaches == [])
    }
}
