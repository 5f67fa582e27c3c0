import Basics
import Paxos
import Simulation
import Testing

@testable import Replication

/// A disk without room for the next file of the log.
@Suite("Full disks")
struct FullDiskTests {
    @Test(
        "a leader gives leadership away, clients go on, and the node comes back when there is space"
    )
    func fullLeader() throws {
        let cluster = World.formed(seed: 4) { $0.segmentBytes = 64 << 10 }
        let full = try #require(cluster.leader)
        let other = try #require(cluster.machines.first { $0 !== full })
        full.storage.isFull = true
        let value = [UInt8](repeating: 3, count: 4 << 10)
        for number in 0..<60 { cluster.mustPut("k\(number)", value, at: other) }
        #expect(cluster.timeline.run(milliseconds: 5000) { cluster.leader !== full })
        #expect(full.process?.replica?.marks[.handOverForSpace] == 1)
        #expect(full.replica?.status.problem?.contains("the disk has no room") == true)
        // The others need no vote of the node whose log has come to its end.
        for number in 60..<120 { cluster.mustPut("k\(number)", value, at: other) }
        #expect(full.process != nil, "it waits for space, and does not die")

        full.storage.isFull = false
        #expect(cluster.becomesLevel(milliseconds: 10_000))
        // It asks for room once a second.
        #expect(cluster.timeline.run(milliseconds: 2000) { full.replica?.status.problem == nil })
        #expect(cluster.value("k119", at: full) == value)
        #expect(cluster.breaches == [])
    }
}
