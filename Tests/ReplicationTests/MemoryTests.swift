import EtcdMessages
import MVCC
import Protobuf
import Simulation
import StateMachine
import Testing

@testable import Replication

/// What memory holds of the past.
@Suite struct MemoryTests {
    @Test("compacted changes leave memory, with a base and without", arguments: [false, true])
    func compactedChangesLeaveMemory(hasBase: Bool) throws {
        let cluster = World.formed(seed: 7, tune: { $0.hasBase = hasBase })
        let node = cluster.machines[0]
        for number in 0..<60 { cluster.mustPut("key", [UInt8(number)], at: node) }
        let keyspace = try #require(node.replica).machine.keyspace
        #expect(keyspace.changeCount >= 60)
        let request = CompactionRequest.with { $0.revision = keyspace.revision }
        _ = cluster.wait(cluster.propose(.compaction, request.serializedBytes(), at: node))
        if hasBase { node.replica?.startFlush() }
        #expect(cluster.timeline.run(milliseconds: 5_000) { keyspace.changeCount <= 1 })
    }
}
