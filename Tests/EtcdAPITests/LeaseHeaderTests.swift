import Basics
import EtcdMessages
import EventLoops
import GRPC
import LogTesting
import MVCC
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

/// The header of a renewal's answer: as etcd's, it is from before the renewal.
struct LeaseHeaderTests {
    private let harness: DoorHarness

    init() throws { harness = try DoorHarness() }

    private func grant(_ id: Int64) throws {
        let request = LeaseGrantRequest.with { ($0.id, $0.ttl) = (id, 1) }
        let _: LeaseGrantResponse = try harness.call(LeaseMethods.leaseGrant, request)
        let put = PutRequest.with { ($0.key, $0.lease) = ([1], id) }
        let _: PutResponse = try harness.call(KVMethods.put, put)
    }

    private func renewals() -> (stream: ClientStream, answers: () -> [LeaseKeepAliveResponse]) {
        var answers: [LeaseKeepAliveResponse] = []
        let stream = harness.client.stream(LeaseMethods.leaseKeepAlive)
        stream.onMessage = { message in
            if let answer = try? LeaseKeepAliveResponse(serialized: message) {
                answers.append(answer)
            }
        }
        return (stream, { answers })
    }

    private let renewal = LeaseKeepAliveRequest.with { $0.id = 7 }.serializedBytes()

    @Test func aRenewalsHeaderIsThatOfItsTime() throws {
        try grant(7)
        let (stream, answers) = renewals()
        stream.send(renewal)
        #expect(harness.run { answers().count == 1 })
        try harness.put("other", "v")
        stream.send(renewal)
        #expect(harness.run { answers().count == 2 })
        #expect(answers().map(\.header.revision) == [2, 3])
        #expect(answers().map(\.ttl) == [1, 1])
        let node = harness.replica.node
        #expect(answers().allSatisfy { $0.header.memberID == node.memberID })
        #expect(answers().allSatisfy { $0.header.clusterID == node.clusterID })
        #expect(answers().allSatisfy { $0.header.raftTerm == harness.replica.ballotRound })
        stream.cancel()
    }

    /// A lease whose time is over, and whose end is on its way to the disk: the renewal waits for it.
    @Test func aRenewalThatComesTooLateTellsTheRevisionBeforeTheEnd() throws {
        try grant(7)
        let (stream, answers) = renewals()
        let due = harness.loop.now + 900_000_000
        harness.run { harness.loop.now > due }
        harness.node.disk.hasFailed = true
        let over = due + 200_000_000
        harness.run { harness.loop.now > over }
        stream.send(renewal)
        #expect(harness.run { harness.replica.marks[.renewalWaitedForRevoke] > 0 })
        #expect(answers().isEmpty)
        harness.node.disk.hasFailed = false
        #expect(harness.run { answers().count == 1 })
        #expect(answers().first?.ttl == 0)
        #expect(answers().first?.header.revision == 2)
        #expect(harness.replica.machine.keyspace.revision == 3)
        stream.cancel()
    }
}
