import Paxos
import PaxosCodec
import Testing

@testable import Replication

@Suite("Peer directory")
struct PeerDirectoryTests {
    private let members = Membership(
        seats: [
            Seat(
                replica: ReplicaID(1), incarnation: Incarnation(1), kind: .voter, name: "first",
                peerURLs: [], clientURLs: [])
        ])

    private func hello(of replica: UInt64) -> Hello {
        Hello(
            cluster: ClusterID(0xc1), replica: ReplicaID(replica), incarnation: Incarnation(1),
            boot: BootNumber(1), nonce: 3, earlierStarts: [], isEmpty: false, memberListHash: 9,
            genesis: nil, remembered: nil, clientURLs: [], productVersion: "test")
    }

    @Test("of any number of strangers the last ones are remembered, each member, and who is there")
    func strangers() {
        var directory = PeerDirectory()
        directory.note(hello(of: 1), members: members)
        directory.note(hello(of: 1_000), members: members)
        directory.noteConnected(ReplicaID(1_000), nowMilliseconds: 1)
        for stranger in UInt64(1_001)..<3_000 {
            directory.note(hello(of: stranger), members: members)
        }
        #expect(directory.memories.count == Limits.peersRemembered)
        #expect(directory.hello(of: ReplicaID(1_001)) == nil)
        for known in [1, 1_000, 2_999] as [UInt64] {
            #expect(directory.hello(of: ReplicaID(known)) != nil)
            #expect(directory.memory(of: ReplicaID(known), Incarnation(1)) != nil)
        }
    }
}
