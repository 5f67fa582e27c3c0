import Basics
import Paxos
import Rows
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
        // Everybody knows of it, and forgets it again.
        let told = [full.replicaID.rawValue]
        #expect(
            cluster.timeline.run(milliseconds: 2000) {
                cluster.machines.allSatisfy { $0.replica?.fullMembers == told }
            })
        // The others need no vote of the node whose log has come to its end.
        for number in 60..<120 { cluster.mustPut("k\(number)", value, at: other) }
        #expect(full.process != nil, "it waits for space, and does not die")

        full.storage.isFull = false
        #expect(cluster.becomesLevel(milliseconds: 10_000))
        // It asks for room once a second.
        #expect(cluster.timeline.run(milliseconds: 2000) { full.replica?.status.problem == nil })
        #expect(
            cluster.timeline.run(milliseconds: 2000) {
                cluster.machines.allSatisfy { $0.replica?.fullMembers == [] }
            })
        #expect(cluster.value("k119", at: full) == value)
        #expect(cluster.breaches == [])
    }

    @Test("a base without room is told of, leadership goes elsewhere, the flush ends in the end")
    func fullBase() throws {
        let cluster = World.formed(seed: 6) { $0.hasBase = true }
        let full = try #require(cluster.leader)
        let other = try #require(cluster.machines.first { $0 !== full })
        full.base.isFull = true
        full.replica?.startFlush()
        cluster.mustPut("a", [1], at: other)
        #expect(cluster.timeline.run(milliseconds: 5000) { cluster.leader !== full })
        #expect(full.replica?.status.problem?.contains("what the base has to write") == true)
        let told = [full.replicaID.rawValue]
        #expect(
            cluster.timeline.run(milliseconds: 2000) {
                cluster.machines.allSatisfy { $0.replica?.fullMembers == told }
            })
        cluster.mustPut("b", [2], at: full)

        full.base.isFull = false
        #expect(
            cluster.timeline.run(milliseconds: 5000) {
                full.replica?.marks[.flushEnded] == 1 && full.replica?.status.problem == nil
                    && cluster.machines.allSatisfy { $0.replica?.fullMembers == [] }
            })
        #expect((full.replica?.marks[.flushLackedRoom] ?? 0) > 0)
        #expect(cluster.value("b", at: full) == [2])
        #expect(cluster.breaches == [])
    }

    @Test("a node that said so and fell silent is forgotten")
    func silentNode() throws {
        let cluster = World.formed(seed: 5) { $0.segmentBytes = 64 << 10 }
        let full = try #require(cluster.follower)
        let other = try #require(cluster.leader)
        full.storage.isFull = true
        let value = [UInt8](repeating: 3, count: 4 << 10)
        for number in 0..<60 { cluster.mustPut("k\(number)", value, at: other) }
        let told = [full.replicaID.rawValue]
        #expect(cluster.timeline.run(milliseconds: 5000) { other.replica?.fullMembers == told })
        full.kill()
        #expect(cluster.timeline.run(milliseconds: 6000) { other.replica?.fullMembers == [] })
    }

    @Test("what is said of the room on a disk is read as it was written, and nothing else is")
    func notes() {
        for note in [SpaceNote(isFull: true), SpaceNote(isFull: false)] {
            #expect(SpaceNote(note.encoded) == note)
            #expect(SnapshotMessage(note.encoded) == nil)
        }
        for bytes in [[], [16], [16, 2], [15, 1], [16, 1, 0]] as [[UInt8]] {
            #expect(SpaceNote(bytes) == nil)
        }
    }
}
