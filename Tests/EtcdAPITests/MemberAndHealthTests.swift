import EtcdMessages
import GRPC
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

@testable import EtcdAPI

/// MemberList, Status and the health service over gRPC.
@Suite struct MemberAndHealthTests {
    @Test(arguments: [false, true])
    func membersAreListed(isLinearizable: Bool) throws {
        let harness = try DoorHarness()
        var request = MemberListRequest()
        request.linearizable = isLinearizable
        let list: MemberListResponse = try harness.call(ClusterMethods.memberList, request)
        #expect(list.header.memberID == harness.replica.node.memberID)
        #expect(list.header.revision == 0)
        let member = try #require(list.members.first)
        #expect(list.members.count == 1)
        #expect(member.id == harness.replica.node.memberID)
        #expect(member.name == harness.replica.node.name)
        #expect(member.clientUrls == harness.replica.members.first?.clientURLs)
        #expect(member.peerUrls == harness.replica.members.first?.peerURLs)
    }

    @Test func statusIsThatOfTheMember() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        let status: StatusResponse = try harness.call(MaintenanceMethods.status, StatusRequest())
        #expect(status.version == "3.6.0" && status.storageVersion == "3.6.0")
        #expect(status.dbSizeQuota == Int64(harness.replica.machine.quotaBytes))
        #expect(status.header.revision == 2)
        #expect(status.leader == harness.replica.node.memberID)
        #expect(status.raftTerm == harness.replica.ballotRound)
        #expect(status.raftAppliedIndex == harness.replica.status.appliedSlot)
        #expect(status.raftAppliedIndex > 0)
        #expect(status.raftIndex >= status.raftAppliedIndex)
        #expect(status.errors.isEmpty)
        #expect(!status.isLearner)
        #expect(status.hasDowngradeInfo && status.downgradeInfo == DowngradeInfo())
        #expect(status.dbSizeInUse > 0)
        #expect(status.dbSize >= status.dbSizeInUse)
    }

    @Test func leadershipIsMovedToMembersOnly() throws {
        let harness = try DoorHarness()
        var request = MoveLeaderRequest()
        request.targetID = harness.replica.node.memberID
        let moved: MoveLeaderResponse = try harness.call(MaintenanceMethods.moveLeader, request)
        #expect(!moved.hasHeader)
        request.targetID += 1
        let failure = try harness.failure(
            MaintenanceMethods.moveLeader, request.serializedBytes())
        #expect(failure.code == .failedPrecondition)
        #expect(failure.message == "etcdserver: bad leader transferee")
    }

    @Test func healthIsTheServers() throws {
        let harness = try DoorHarness()
        let health: HealthCheckResponse = try harness.call(
            HealthMethods.check, HealthCheckRequest())
        #expect(health.status == .serving)
        var other = HealthCheckRequest()
        other.service = "shop"
        let failure = try harness.failure(HealthMethods.check, other.serializedBytes())
        #expect(failure.code == .notFound)
    }

    @Test func healthWatchersHearTheStateOnce() throws {
        let harness = try DoorHarness()
        var seen: [HealthCheckResponse.ServingStatus] = []
        let stream = harness.client.stream(HealthMethods.watch)
        stream.onMessage = { message in
            let answer = try? HealthCheckResponse(serialized: message)
            seen.append(answer?.status ?? .unknown)
        }
        stream.send(HealthCheckRequest().serializedBytes())
        #expect(harness.run { !seen.isEmpty })
        harness.etcd.tick()
        try harness.put("k", "v")
        #expect(seen == [.serving])
        #expect(stream.isOpen)
        stream.cancel()
        try harness.put("k", "v")
        harness.etcd.tick()
    }

    @Test func healthWatchersThatSayNonsenseAreForgotten() throws {
        let harness = try DoorHarness()
        for _ in 0...EtcdAPI.Limits.healthWatchersMax {
            var end: GRPCStatus?
            let stream = harness.client.stream(HealthMethods.watch)
            stream.onClose = { end = $0 }
            stream.send(HealthCheckRequest().serializedBytes())
            stream.send([0xff])
            harness.run { end != nil }
            try #require(end?.code == .internal)
        }
    }

    @Test func soManyMayWatchTheHealth() throws {
        let harness = try DoorHarness()
        let clients = [harness.client, harness.makeClient()]
        var (served, refused) = (0, 0)
        func watch(_ number: Int) -> ClientStream {
            let stream = clients[number % 2].stream(HealthMethods.watch)
            stream.onMessage = { _ in served += 1 }
            stream.onClose = { if $0.code == .resourceExhausted { refused += 1 } }
            return stream
        }
        // They begin all before the first one says what it watches.
        let most = EtcdAPI.Limits.healthWatchersMax
        let streams = (0..<most + 3).map(watch)
        for stream in streams { stream.send(HealthCheckRequest().serializedBytes()) }
        #expect(harness.run { served + refused == most + 3 })
        #expect(served == most && refused == 3)
        for stream in streams { stream.cancel() }
        let next = watch(0)
        next.send(HealthCheckRequest().serializedBytes())
        #expect(harness.run { served == most + 1 })
        next.cancel()
    }

    @Test func unknownServicesMayStillComeToBe() throws {
        let harness = try DoorHarness()
        var seen: [HealthCheckResponse.ServingStatus] = []
        var request = HealthCheckRequest()
        request.service = "shop"
        let stream = harness.client.stream(HealthMethods.watch)
        stream.onMessage = { message in
            let answer = try? HealthCheckResponse(serialized: message)
            seen.append(answer?.status ?? .unknown)
        }
        stream.send(request.serializedBytes())
        #expect(harness.run { !seen.isEmpty })
        #expect(seen == [.serviceUnknown])
        #expect(stream.isOpen)
        stream.cancel()
    }
}
