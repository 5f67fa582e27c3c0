import EtcdMessages
import MVCC
import Protobuf
import Replication
import Simulation
import StateMachine
import Testing

/// Reads of single keys that are on disk only.
@Suite("Reads of cold keys")
struct PointReadTests {
    private static let keyCount = 40

    private func cluster() -> World {
        let cluster = World.formed(seed: 3) {
            $0.hasBase = true
            $0.memory = MemoryPlan(
                generationBytes: 4 << 10, tableBytes: 2 << 10, replayBytes: 64 << 10)
        }
        for number in 0..<Self.keyCount {
            cluster.mustPut("k/\(number)", [UInt8(number)], at: cluster.machines[0])
        }
        for number in 0..<60 {
            cluster.mustPut(
                "other/\(number)", [UInt8](repeating: 1, count: 200), at: cluster.machines[0])
        }
        #expect(cluster.becomesLevel())
        return cluster
    }

    @Test("those of one turn are fetched together, each is answered as of its own revision")
    func together() throws {
        let cluster = cluster()
        let replica = try #require(cluster.machines[0].replica)
        let keyspace = replica.machine.keyspace
        let cold = (0..<Self.keyCount).filter {
            !keyspace.isKnown(Array("k/\($0)".utf8), at: keyspace.revision)
        }
        try #require(cold.count > Self.keyCount / 2)
        var waiting: [() -> Void] = []
        let reader = RangeReader(replica: replica) { waiting.append($0) }
        var answered: [UInt64] = []
        let revision = keyspace.revision
        for number in cold + [Self.keyCount] {
            let request = RangeRequest.with { $0.key = Array("k/\(number)".utf8) }
            reader.read(request) { result in
                answered.append(cluster.timeline.nowMicroseconds)
                let response = try? result.get()
                let isThere = number < Self.keyCount
                #expect(response?.header.revision == revision)
                #expect(response?.kvs.first?.value == (isThere ? [UInt8(number)] : nil))
            }
        }
        #expect(answered.isEmpty)
        #expect(waiting.count == 1, "the base is asked once")
        while let next = waiting.popLast() { next() }
        // What is put meanwhile is newer than what was asked for.
        for number in cold { cluster.mustPut("k/\(number)", [0xFF], at: cluster.machines[0]) }
        cluster.timeline.run(milliseconds: 3000) { answered.count > cold.count }
        #expect(answered.count == cold.count + 1)
        #expect(replica.machine.blockingReadCount == 0)
        #expect(cluster.breaches == [])
    }

    @Test("a read that nobody waits for any more is dropped")
    func unwanted() throws {
        let cluster = cluster()
        let replica = try #require(cluster.machines[0].replica)
        var waiting: [() -> Void] = []
        let reader = RangeReader(replica: replica) { waiting.append($0) }
        var isWanted = true
        var answers = 0
        let request = RangeRequest.with { $0.key = Array("k/99".utf8) }
        reader.read(request, isWanted: { isWanted }, completion: { _ in answers += 1 })
        reader.read(request, completion: { _ in answers += 1 })
        while let next = waiting.popLast() { next() }
        isWanted = false
        cluster.timeline.run(milliseconds: 3000) { answers > 0 }
        cluster.timeline.run(milliseconds: 100)
        #expect(answers == 1)
    }
}
