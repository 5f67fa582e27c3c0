import EtcdMessages
import EventLoops
import GRPC
import Observability
import Protobuf
import Replication
import Testing
import Transport

@testable import RESTAPI

/// Read tokens over HTTP: every answer gives one, and a sequential read honours it.
@Suite struct SequentialReadTests {
    private func token(_ harness: DoorHarness, revision: Int64) -> String {
        ReadToken(clusterID: harness.replica.node.clusterID, revision: revision).text
    }

    private func get(_ harness: DoorHarness, token: String) throws -> HTTPAnswer {
        try harness.http(
            "GET", "/kv/get?key=k&consistency=sequential",
            headers: ["X-Synod-Read-Token: \(token)"])
    }

    @Test func everyAnswerCarriesTheNewestToken() throws {
        let harness = try DoorHarness()
        #expect(try harness.http("GET", "/kv/keys").token == token(harness, revision: 1))
        let set = try harness.http("POST", "/kv/set?key=k&value=v")
        #expect(set.token == token(harness, revision: 2))
        for (method, target) in [
            ("GET", "/kv/get?key=k"), ("GET", "/kv/get?key=missing"), ("GET", "/kv/get"),
            ("POST", "/kv/insert?key=k&value=v"), ("GET", "/kv/nothing"), ("GET", "/kv/set"),
        ] {
            #expect(
                try harness.http(method, target).token == token(harness, revision: 2), "\(target)")
        }
    }

    @Test func aTokenThatIsReachedIsAnsweredFromHere() throws {
        let harness = try DoorHarness()
        let set = try harness.http("POST", "/kv/set?key=k&value=v")
        let answer = try get(harness, token: try #require(set.token))
        #expect(answer.text == "v")
        #expect(answer.token == set.token)
        #expect(harness.replica.metrics.sequentialReads.value == 1)
        #expect(harness.replica.metrics.linearizableReads.value == 0)
    }

    @Test func otherClustersAndBrokenTokensAreRefused() throws {
        let harness = try DoorHarness()
        let foreign = ReadToken(clusterID: harness.replica.node.clusterID ^ 1, revision: 1)
        for text in [foreign.text, "nonsense", "1.a", "1.a.-1"] {
            #expect(try get(harness, token: text).status == 400, "\(text)")
        }
    }

    @Test func aTokenThatNobodyGaveIsRefused() throws {
        let harness = try DoorHarness()
        #expect(try get(harness, token: token(harness, revision: 1_000)).status == 400)
    }

    @Test func aNodeThatIsBehindWaitsUntilItHasCaughtUp() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        let first = try leader.http("POST", "/kv/set?key=k&value=old")
        #expect(try get(follower, token: try #require(first.token)).text == "old")
        cluster.hold(follower)
        let second = try leader.http("POST", "/kv/set?key=k&value=new")
        let token = try #require(second.token)
        // Without the token it answers from what it has; with it, it waits.
        #expect(try get(follower, token: try #require(first.token)).text == "old")
        let waiting = follower.request(
            "GET", "/kv/get?key=k&consistency=sequential",
            headers: ["X-Synod-Read-Token: \(token)"])
        let start = follower.loop.now
        follower.run { follower.loop.now - start > 50_000_000 }
        #expect(!waiting.isAnswered)
        cluster.release()
        #expect(follower.run { waiting.isAnswered })
        let answer = try waiting.answer()
        #expect(answer.text == "new")
        #expect(answer.token == token)
        #expect(leader.replica.metrics.sequentialReads.value == 0)
    }

    @Test func aNodeThatStaysBehindGivesUp() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 100)
        let (leader, follower) = try cluster.leaderAndFollower()
        cluster.hold(follower)
        let set = try leader.http("POST", "/kv/set?key=k&value=new")
        let answer = try get(follower, token: try #require(set.token))
        #expect(answer.status == 503)
        #expect(answer.headers["retry-after"] == "1")
    }

    @Test func aNodeThatIsBehindAndAloneDoesNotAnswer() throws {
        let harness = try DoorHarness(isAlone: true)
        let answer = try get(harness, token: token(harness, revision: 5))
        #expect(answer.status == 503)
        #expect(answer.headers["retry-after"] == "1")
    }

    /// Its empty table would deny keys that its cluster has.
    @Test func aNodeWithoutAClusterDoesNotAnswer() throws {
        let harness = try DoorHarness(isAlone: true)
        for target in ["/kv/get?key=k&consistency=sequential", "/kv/keys"] {
            let answer = try harness.http("GET", target)
            #expect(answer.status == 503)
            #expect(answer.text.contains("waiting for the first start"))
        }
        var range = RangeRequest()
        range.key = [1]
        range.serializable = true
        let failure = try harness.failure(KVMethods.range, range.serializedBytes())
        #expect(failure.code == .unavailable)
        #expect(failure.message.contains("waiting for the first start"))
        #expect(harness.replica.metrics.sequentialReads.value == 0)
    }
}
