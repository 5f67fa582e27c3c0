import EtcdAPI
import EtcdMessages
import GRPC
import Paxos
import Protobuf
import Replication
import Testing
import Transport

/// Changes of the members as clients ask for them: etcd's answers, codes and texts, over gRPC and the gateway.
@Suite struct MemberChangeTests {
    private let url = "http://127.0.0.1:9999"

    private func adding(_ urls: [String], isLearner: Bool = false) -> MemberAddRequest {
        MemberAddRequest.with {
            $0.peerUrls = urls
            $0.isLearner = isLearner
        }
    }

    private func expect(
        _ harness: DoorHarness, _ path: String, _ request: some ProtobufMessage, _ error: EtcdError
    ) throws {
        let failure = try harness.failure(path, request.serializedBytes())
        #expect(failure.code == error.code)
        #expect(failure.message == error.text)
    }

    @Test func aMemberIsAddedMovedAndRemoved() throws {
        let harness = try DoorHarness()
        let added: MemberAddResponse = try harness.call(ClusterMethods.memberAdd, adding([url]))
        #expect(added.header.memberID == harness.replica.node.memberID)
        #expect(added.header.revision == 0)
        #expect(added.member.id != 0)
        #expect(added.member.name.isEmpty && added.member.clientUrls.isEmpty)
        #expect(added.member.peerUrls == [url])
        #expect(!added.member.isLearner)
        #expect(added.members.count == 2)
        #expect(added.members.contains(added.member))
        let moved: MemberUpdateResponse = try harness.call(
            ClusterMethods.memberUpdate,
            MemberUpdateRequest.with {
                $0.id = added.member.id
                $0.peerUrls = ["http://127.0.0.1:9998"]
            })
        #expect(
            moved.members.first { $0.id == added.member.id }?.peerUrls == ["http://127.0.0.1:9998"])
        let removed: MemberRemoveResponse = try harness.call(
            ClusterMethods.memberRemove, MemberRemoveRequest.with { $0.id = added.member.id })
        #expect(removed.members.map(\.id) == [harness.replica.node.memberID])
        // Ids are never used again, URLs are.
        let again: MemberAddResponse = try harness.call(
            ClusterMethods.memberAdd, adding(["http://127.0.0.1:9998"]))
        #expect(again.member.id != added.member.id)
        let put = try harness.put("k", "v")
        #expect(put.header.revision == 2)
    }

    @Test func whatCannotBeIsRefusedInEtcdsWords() throws {
        let harness = try DoorHarness()
        let own = harness.replica.node.memberID
        let add = ClusterMethods.memberAdd
        try expect(harness, add, adding([]), .invalidMemberURLs)
        for url in ["127.0.0.1:9999", "http://127.0.0.1:+9999", "http:// 127.0.0.1:9999"] {
            try expect(harness, add, adding([url]), .invalidMemberURLs)
        }
        let taken = try #require(harness.replica.members.first?.peerURLs)
        try expect(harness, add, adding(taken), .peerURLExists)
        let remove = ClusterMethods.memberRemove
        try expect(harness, remove, MemberRemoveRequest.with { $0.id = 5 }, .memberNotFound)
        try expect(
            harness, remove, MemberRemoveRequest.with { $0.id = own }, .tooFewStartedMembers)
        let update = MemberUpdateRequest.with {
            $0.id = 5
            $0.peerUrls = [url]
        }
        try expect(harness, ClusterMethods.memberUpdate, update, .memberNotFound)
        let promote = ClusterMethods.memberPromote
        try expect(harness, promote, MemberPromoteRequest.with { $0.id = 5 }, .memberNotFound)
        try expect(harness, promote, MemberPromoteRequest.with { $0.id = own }, .notALearner)
        let replace = ReplaceMemberRequest.with {
            $0.id = 5
            $0.peerUrls = [url]
        }
        try expect(harness, MembersMethods.replace, replace, .memberNotFound)
        let learner: MemberAddResponse = try harness.call(add, adding([url], isLearner: true))
        #expect(learner.member.isLearner)
        let id = learner.member.id
        try expect(harness, promote, MemberPromoteRequest.with { $0.id = id }, .learnerNotReady)
        let other = ["http://127.0.0.1:9998"]
        try expect(harness, add, adding(other, isLearner: true), .tooManyLearners)
        let _: MemberAddResponse = try harness.call(add, adding(other))
        try expect(harness, add, adding(["http://127.0.0.1:9997"]), .tooFewStartedMembers)
    }

    @Test func aNodeWithoutALeaderTakesNoOrders() throws {
        let harness = try DoorHarness(isAlone: true)
        let failure = try harness.failure(
            ClusterMethods.memberAdd, adding([url]).serializedBytes())
        #expect(failure.code == .unavailable)
        #expect(failure.message == "etcdserver: no leader")
    }

    @Test func everyNodeTakesOrdersAndListsTheirWork() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        let added: MemberAddResponse = try follower.call(ClusterMethods.memberAdd, adding([url]))
        #expect(added.header.memberID == follower.replica.node.memberID)
        #expect(added.members.count == 4)
        #expect(follower.replica.members.count == 4)
        let list: MemberListResponse = try leader.call(
            ClusterMethods.memberList, MemberListRequest())
        #expect(list.members == added.members)
        try expect(follower, ClusterMethods.memberAdd, adding([url]), .peerURLExists)
        let replaced: ReplaceMemberResponse = try follower.call(
            MembersMethods.replace,
            ReplaceMemberRequest.with {
                $0.id = added.member.id
                $0.peerUrls = [url]
            })
        #expect(replaced.member.id != added.member.id)
        #expect(replaced.members.count == 4)
    }

    private func streamEnd(_ harness: DoorHarness, _ path: String) throws -> GRPCStatus? {
        var end: GRPCStatus?
        let stream = harness.client.stream(path)
        stream.onClose = { end = $0 }
        stream.send([])
        harness.run { end != nil }
        return end
    }

    @Test func aLearnerServesLittleUntilItIsPromoted() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        try leader.put("k", "v")
        let id = follower.replica.configuration.replica
        let membership = try #require(leader.replica.membership)
        let seat = try #require(membership.seat(of: id))
        leader.replica.change(to: membership.with(seat.turned(.learner))) { _ in }
        #expect(follower.run { follower.replica.isLearner })
        var range = RangeRequest.with { $0.key = Array("k".utf8) }
        try expect(follower, KVMethods.range, range, .notSupportedForLearner)
        range.serializable = true
        let read: RangeResponse = try follower.call(KVMethods.range, range)
        #expect(read.count == 1)
        let put = PutRequest.with { $0.key = [1] }
        try expect(follower, KVMethods.put, put, .notSupportedForLearner)
        try expect(
            follower, ClusterMethods.memberList, MemberListRequest(), .notSupportedForLearner)
        let status: StatusResponse = try follower.call(
            MaintenanceMethods.status, StatusRequest())
        #expect(status.isLearner)
        for path in [WatchMethods.watch, LeaseMethods.leaseKeepAlive, ElectionMethods.observe] {
            let end = try streamEnd(follower, path)
            #expect(end == EtcdError.notSupportedForLearner.status, "\(path)")
        }
        // Served, as far as a node can that has no base.
        let backup = try streamEnd(follower, MaintenanceMethods.snapshot)
        #expect(backup?.message.contains("--storage memory") == true)
        let gateway = try follower.http("POST", "/v3/kv/put", text: #"{"key":"AQ=="}"#)
        #expect(gateway.status == 400)
        #expect(gateway.text.contains("etcdserver: rpc not supported for learner"))
        let promote = MemberPromoteRequest.with { $0.id = id.rawValue }
        let done: MemberPromoteResponse = try leader.call(ClusterMethods.memberPromote, promote)
        #expect(done.members.allSatisfy { !$0.isLearner })
        #expect(follower.run { !follower.replica.isLearner })
        try follower.put("k", "w")
    }

    @Test func theGatewaySpeaksOfMembersInJSON() throws {
        let harness = try DoorHarness()
        let added = try harness.http(
            "POST", "/v3/cluster/member/add",
            text: #"{"peerURLs":["\#(url)"],"isLearner":true}"#)
        #expect(added.status == 200)
        let id = try #require(added.json["member"]?["ID"]?.asString)
        #expect(added.json["member"]?["isLearner"]?.asBool == true)
        #expect(added.text.contains(#""peerURLs":["\#(url)"]"#))
        #expect(!added.text.contains("revision"))
        let twice = try harness.http(
            "POST", "/v3/cluster/member/add", text: #"{"peerURLs":["\#(url)"]}"#)
        #expect(twice.status == 400)
        #expect(twice.json["code"]?.asString == nil)
        #expect(
            twice.text
                == #"{"error":"etcdserver: Peer URLs already exists","code":9,"#
                + #""message":"etcdserver: Peer URLs already exists","details":[]}"#)
        let promoted = try harness.http(
            "POST", "/v3/cluster/member/promote", text: #"{"ID":"\#(id)"}"#)
        #expect(promoted.status == 400)
        #expect(promoted.text.contains("in sync with leader"))
        let moved = try harness.http(
            "POST", "/v3/cluster/member/update",
            text: #"{"ID":"\#(id)","peerURLs":["http://127.0.0.1:9998"]}"#)
        #expect(moved.text.contains("9998") && !moved.text.contains("9999"))
        let replaced = try harness.http(
            "POST", "/v3/cluster/member/replace",
            text: #"{"ID":"\#(id)","peerURLs":["http://127.0.0.1:9997"]}"#)
        let next = try #require(replaced.json["member"]?["ID"]?.asString)
        #expect(next != id)
        let removed = try harness.http(
            "POST", "/v3/cluster/member/remove", text: #"{"ID":"\#(next)"}"#)
        #expect(removed.status == 200 && !removed.text.contains("9997"))
        let missing = try harness.http(
            "POST", "/v3/cluster/member/remove", text: #"{"ID":"\#(next)"}"#)
        #expect(missing.status == 404)
    }
}
