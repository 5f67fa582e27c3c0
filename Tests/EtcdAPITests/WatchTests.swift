import EtcdMessages
import GRPC
import Paxos
import Protobuf
import Replication
import Testing
import Transport
import Watching

@testable import EtcdAPI

/// `Watch` through the doors: gRPC, the gateway, and server-sent events.
struct WatchTests {
    /// A stream and what came on it.
    private final class Watching {
        let harness: DoorHarness
        let stream: ClientStream
        private(set) var responses: [WatchResponse] = []
        private(set) var end: GRPCStatus?

        init(_ harness: DoorHarness, metadata: [(String, String)] = []) {
            self.harness = harness
            stream = harness.client.stream(WatchMethods.watch, metadata: metadata)
            stream.onMessage = { [weak self] message in
                if let self, let response = try? WatchResponse(serialized: message) {
                    responses.append(response)
                }
            }
            stream.onClose = { [weak self] in self?.end = $0 }
        }

        func create(_ key: String, _ populate: (inout WatchCreateRequest) -> Void = { _ in }) {
            var create = WatchCreateRequest()
            create.key = Array(key.utf8)
            populate(&create)
            var request = WatchRequest()
            request.createRequest = create
            stream.send(request.serializedBytes())
        }

        func ask(_ populate: (inout WatchRequest) -> Void) {
            var request = WatchRequest()
            populate(&request)
            stream.send(request.serializedBytes())
        }

        func await(_ count: Int) { harness.run { responses.count >= count } }
    }

    @Test func eventsComeInEtcdsForm() throws {
        let harness = try DoorHarness()
        let watching = Watching(harness)
        watching.create("k") {
            $0.rangeEnd = Array("l".utf8)
            $0.prevKv = true
        }
        watching.await(1)
        try harness.put("k1", "a")
        try harness.put("k1", "b")
        try harness.put("x", "b")
        watching.await(3)
        let node = harness.replica.node
        #expect(watching.responses.map(\.header.revision) == [1, 2, 3])
        #expect(watching.responses.allSatisfy { $0.header.memberID == node.memberID })
        #expect(watching.responses.allSatisfy { $0.header.clusterID == node.clusterID })
        #expect(watching.responses[0].created && watching.responses[0].watchID == 0)
        let second = try #require(watching.responses[2].events.first)
        #expect(second.kv.version == 2 && second.prevKv.value == Array("a".utf8))
        #expect(!watching.responses[1].events[0].hasPrevKv)
    }

    @Test func aStreamIsCanceledInPartsAndGoesOnWhenItsClientIsDoneAsking() throws {
        let harness = try DoorHarness()
        let watching = Watching(harness)
        watching.create("a")
        watching.create("b")
        watching.ask { $0.cancelRequest.watchID = 0 }
        watching.ask { $0.progressRequest = WatchProgressRequest() }
        watching.await(4)
        #expect(watching.responses.map(\.canceled) == [false, false, true, false])
        #expect(watching.responses[3].watchID == -1)
        // As in etcd 3.5: whoever has sent the last request is served on.
        watching.stream.halfClose()
        try harness.put("a", "1")
        try harness.put("b", "1")
        watching.await(5)
        #expect(watching.responses[4].events.map(\.kv.key) == [Array("b".utf8)])
        #expect(watching.end == nil)
        watching.stream.cancel()
        harness.run { harness.replica.watches.watcherCount == 0 }
        #expect(harness.replica.watches.watcherCount == 0)
    }

    @Test func aSlowClientGetsEverythingOnce() throws {
        let harness = try DoorHarness()
        let watching = Watching(harness)
        watching.create("k")
        watching.await(1)
        let value = String(repeating: "v", count: 100_000)
        for _ in 0..<30 { try harness.put("k", value) }
        harness.run { watching.responses.flatMap(\.events).count >= 30 }
        #expect(watching.responses.flatMap(\.events).map(\.kv.modRevision) == Array(2...31))
    }

    @Test func whatIsNoRequestEndsTheStream() throws {
        let harness = try DoorHarness()
        let watching = Watching(harness)
        watching.stream.send([0x0a, 0xFF])
        harness.run { watching.end != nil }
        #expect(watching.end?.code == .internal)
    }

    @Test func withoutALeaderWhoAsksForOneIsRefused() throws {
        let harness = try DoorHarness(isAlone: true)
        let watching = Watching(harness, metadata: [("hasleader", "true")])
        harness.run { watching.end != nil }
        #expect(watching.end == GRPCStatus(.unavailable, "etcdserver: no leader"))
    }

    /// etcd's clients take a refusal for the end of all their watches, and come just when their leader has died.
    @Test func duringAnElectionWhoAsksForALeaderIsTakenIn() throws {
        let harness = try DoorHarness()
        harness.etcd.tick()
        harness.replica.kill(.proposer)
        #expect(harness.run { harness.replica.status.leader == 0 })
        let watching = Watching(harness, metadata: [("hasleader", "true")])
        watching.create("a")
        watching.await(1)
        #expect(watching.end == nil)
        for _ in 0..<3 { harness.etcd.tick() }
        harness.run { watching.end != nil }
        #expect(watching.end == GRPCStatus(.unavailable, "etcdserver: no leader"))
        let late = Watching(harness, metadata: [("hasleader", "true")])
        harness.run { late.end != nil }
        #expect(late.end == GRPCStatus(.unavailable, "etcdserver: no leader"))
    }

    /// The stream of a user at a node that does not know yet that this user may read; `handle` returns when what was
    /// sent has come there.
    private func withLateRights(
        _ body: (_ watching: Watching, _ handle: () throws -> Void, TestCluster) throws -> Void
    ) throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        let users = try UserHarness(leader)
        try users.addRole("reader", .read, "k", "l")
        try users.addUser("late")
        try users.enable()
        try users.login("late")
        #expect(try users.put("k", as: "root") == nil)
        let (known, applied) = (leader.replica.watches, follower.replica.watches)
        #expect(follower.run { applied.revision == known.revision })
        cluster.hold(follower)
        let grant = AuthUserGrantRoleRequest.with { ($0.user, $0.role) = ("late", "reader") }
        let _: AuthUserGrantRoleResponse = try leader.call(
            AuthMethods.userGrantRole, grant, metadata: users.metadata("root"))
        let watching = Watching(follower, metadata: users.metadata("late"))
        let handle = {
            // What is asked behind it on the same connection has an answer.
            let _: StatusResponse = try follower.call(
                MaintenanceMethods.status, StatusRequest(), metadata: users.metadata("root"))
        }
        try body(watching, handle, cluster)
    }

    @Test func whatFollowsAWatchWaitsUntilItIsKnownWhoMayRead() throws {
        try withLateRights { watching, handle, cluster in
            watching.create("k") { $0.watchID = 5 }
            watching.ask { $0.cancelRequest.watchID = 5 }
            watching.create("x") { $0.watchID = 6 }
            watching.create("k") { $0.watchID = 7 }
            watching.ask { $0.progressRequest = WatchProgressRequest() }
            try handle()
            #expect(watching.responses.isEmpty)
            cluster.release()
            watching.await(5)
            #expect(watching.responses.map(\.watchID) == [5, 5, -1, 7, -1])
            #expect(watching.responses.map(\.created) == [true, false, true, true, false])
            #expect(watching.responses.map(\.canceled) == [false, true, true, false, false])
            #expect(watching.harness.replica.watches.watcherCount == 1)
        }
    }

    @Test func whatWaitsForAWatchHasALimit() throws {
        try withLateRights { watching, handle, _ in
            let key = "k" + String(repeating: "k", count: 1 << 20)
            for _ in 0..<4 { watching.create(key) }
            try handle()
            #expect(watching.end == nil)
            watching.create(key)
            watching.harness.run { watching.end != nil }
            #expect(watching.end == EtcdError.tooManyRequests.status)
        }
    }

    @Test func aStoppingNodeEndsStreamsWithUnavailable() throws {
        let harness = try DoorHarness()
        let watching = Watching(harness)
        watching.create("a")
        watching.await(1)
        harness.replica.stop()
        harness.etcd.tick()
        harness.run { watching.end != nil }
        #expect(watching.end == GRPCStatus(.unavailable, "etcdserver: server stopped"))
    }

    @Test func theGatewayAnswersInLines() throws {
        let harness = try DoorHarness()
        try harness.put("foo", "bar")
        let open = harness.request(
            "POST", "/v3/watch",
            body: Array(#"{"create_request":{"key":"Zm9v","start_revision":"1"}}"#.utf8))
        harness.run { open.text.contains("mod_revision") }
        let lines = open.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("{") }
        try #require(lines.count == 2)
        #expect(lines[0].hasPrefix(#"{"result":{"header":{"cluster_id":"#))
        #expect(lines[0].contains(#""created":true}}"#))
        #expect(
            lines[1].contains(
                #""events":[{"kv":{"key":"Zm9v","create_revision":"2","mod_revision":"2","#
                    + #""version":"1","value":"YmFy"}}]}}"#))
    }

    @Test func theGatewayRefusesWhatIsNoJSON() throws {
        let harness = try DoorHarness()
        let answer = try harness.http("POST", "/v3/watch", text: "{")
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["code"]?.asInteger(Int.self) == 3)
    }

    @Test func serverSentEventsForPeople() throws {
        let harness = try DoorHarness()
        try harness.put("user/1", "Ada")
        let open = harness.request("GET", "/kv/watch?prefix=user/&revision=1")
        harness.run { open.text.contains("id: 2") }
        #expect(open.text.contains("content-type: text/event-stream"))
        #expect(open.text.contains("event: put\n"))
        #expect(open.text.contains(#"data: {"key":"user/1","value":"Ada","revision":2"#))
        var delete = DeleteRangeRequest()
        delete.key = Array("user/1".utf8)
        _ = try harness.call(KVMethods.deleteRange, delete, DeleteRangeResponse.self)
        harness.run { open.text.contains("id: 3") }
        #expect(open.text.contains("event: delete\n"))
    }

    @Test func serverSentEventsSayWhatIsWrong() throws {
        let harness = try DoorHarness()
        #expect(try harness.http("GET", "/kv/watch").status == 400)
        #expect(try harness.http("GET", "/kv/watch?key=a&prefix=b").status == 400)
        #expect(try harness.http("GET", "/kv/watch?key=a&revision=x").status == 400)
        #expect(try harness.http("POST", "/kv/watch?key=a").status == 405)
        for value in 1...4 { try harness.put("a", "\(value)") }
        var compaction = CompactionRequest()
        compaction.revision = 4
        _ = try harness.call(KVMethods.compact, compaction, CompactionResponse.self)
        let open = harness.request("GET", "/kv/watch?key=a&revision=2")
        harness.run { open.isAnswered }
        #expect(open.text.contains("event: compacted\n"))
        #expect(open.text.contains(#"data: {"compacted_revision":4}"#))
    }
}
