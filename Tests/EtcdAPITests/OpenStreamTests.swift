import EtcdMessages
import GRPC
import Protobuf
import Replication
import Testing
import Transport
import Watching

@testable import EtcdAPI

/// What the doors keep of streaming calls: nothing, once they have ended; and what becomes of calls that need a watch
/// when a node has no room for one more.
struct OpenStreamTests {
    /// A streaming call and how it went.
    private final class Call {
        let stream: ClientStream
        private(set) var messageCount = 0
        private(set) var end: GRPCStatus?

        init(_ harness: DoorHarness, _ path: String, _ message: [UInt8]?) {
            stream = harness.client.stream(path)
            stream.onMessage = { [weak self] _ in self?.messageCount += 1 }
            stream.onClose = { [weak self] in self?.end = $0 }
            if let message { stream.send(message) }
        }
    }

    private static let watch = WatchRequest.with {
        $0.createRequest = .with { $0.key = [UInt8(ascii: "k")] }
    }
    private static let observe = LeaderRequest.with { $0.name = [UInt8(ascii: "e")] }

    private func open(_ harness: DoorHarness) -> [Call] {
        [
            Call(harness, WatchMethods.watch, Self.watch.serializedBytes()),
            Call(harness, ElectionMethods.observe, Self.observe.serializedBytes()),
            Call(
                harness, LeaseMethods.leaseKeepAlive,
                LeaseKeepAliveRequest.with { $0.id = 5 }.serializedBytes()),
        ]
    }

    @Test func whoAsksForNothingIsAnswered() throws {
        let harness = try DoorHarness()
        for path in [
            MaintenanceMethods.snapshot, ElectionMethods.observe, HealthMethods.watch,
        ] {
            let call = Call(harness, path, nil)
            call.stream.halfClose()
            #expect(harness.run { call.end != nil })
            #expect(call.end == GRPCStatus(.unknown, "EOF"))
        }
        // One message is all that they take, and its end is no end of the call.
        let watcher = Call(harness, HealthMethods.watch, [])
        watcher.stream.halfClose()
        #expect(harness.run { watcher.messageCount == 1 })
        // Over the gateway no body is the empty message.
        let snapshot = try harness.http("POST", "/v3/maintenance/snapshot")
        #expect(snapshot.text.contains("--storage memory"))
        let observer = harness.request("POST", "/v3/election/observe")
        #expect(harness.run { harness.replica.watches.streamCount == 1 })
        observer.close()
        #expect(harness.run { harness.etcd.streams.count == 0 })
        #expect(watcher.end == nil)
        watcher.stream.cancel()
    }

    @Test func nothingIsKeptOfCallsThatHaveEnded() throws {
        let harness = try DoorHarness()
        let (streams, watches) = (harness.etcd.streams, harness.replica.watches)
        // Whoever goes away, whoever sends nonsense, and whom the node itself ends.
        for ending in [{ $0.stream.cancel() }, { $0.stream.send([0xff]) }] as [(Call) -> Void] {
            let calls = open(harness)
            #expect(harness.run { streams.count == 3 && watches.streamCount == 2 })
            for call in calls { ending(call) }
            #expect(harness.run { streams.count <= 1 })
            for call in calls { call.stream.cancel() }
            #expect(harness.run { streams.count == 0 && watches.streamCount == 0 })
        }
        // The node has no base: the snapshot is refused within the call's first turn.
        let snapshot = Call(harness, MaintenanceMethods.snapshot, [])
        #expect(harness.run { snapshot.end != nil })
        #expect(streams.count == 0)
        let line = harness.request(
            "POST", "/v3/watch", body: Array(#"{"create_request":{"key":"aw=="}}"#.utf8))
        #expect(harness.run { streams.count == 1 && line.text.contains("created") })
        let calls = open(harness)
        #expect(harness.run { streams.count == 4 })
        harness.replica.stop()
        harness.etcd.tick()
        #expect(harness.run { calls.allSatisfy { $0.end != nil } && line.isAnswered })
        #expect(calls.allSatisfy { $0.end?.code == .unavailable })
        #expect(streams.count == 0 && watches.streamCount == 0)
    }

    @Test func whoeverNeedsAWatchWhereThereIsNoRoomIsTold() throws {
        var plan = WatchPlan.standard
        plan.watchersMax = 1
        let harness = try DoorHarness(watches: plan)
        let tooMany = EtcdError.tooManyRequests.status
        let taken = Call(harness, WatchMethods.watch, Self.watch.serializedBytes())
        #expect(harness.run { taken.messageCount == 1 })
        // Nobody leads: it would wait for somebody.
        let waiting = Call(harness, ElectionMethods.observe, Self.observe.serializedBytes())
        #expect(harness.run { waiting.end != nil })
        #expect(waiting.end == tooMany)
        let campaign = CampaignRequest.with { $0.name = [UInt8(ascii: "e")] }
        let leader: CampaignResponse = try harness.call(ElectionMethods.campaign, campaign)
        #expect(leader.header.revision > 0)
        // Somebody leads: it would follow what becomes of that.
        let following = Call(harness, ElectionMethods.observe, Self.observe.serializedBytes())
        #expect(harness.run { following.end != nil })
        #expect(following.messageCount == 1 && following.end == tooMany)
        let second = try harness.failure(ElectionMethods.campaign, campaign.serializedBytes())
        #expect(second.message == tooMany.message && second.code == tooMany.code)
        // The one who was told so has left the queue.
        let below = RangeRequest.with {
            ($0.key, $0.rangeEnd) = (Array("e/".utf8), Array("e0".utf8))
        }
        #expect(
            harness.run {
                let keys: RangeResponse? = try? harness.call(KVMethods.range, below)
                return keys?.kvs.map(\.key) == [leader.leader.key]
            })
        taken.stream.cancel()
        let after = Call(harness, ElectionMethods.observe, Self.observe.serializedBytes())
        #expect(harness.run { after.messageCount == 1 })
        #expect(after.end == nil)
        after.stream.cancel()
    }

    @Test func aDamagedSnapshotIsALossOfData() {
        let status = Backup.Refusal.damaged(file: "000012.sst").status
        #expect(status.code == .dataLoss && status.message.contains("000012.sst"))
    }

    /// It is no compaction, after which a hash begins anew.
    @Test func aHashThatCannotWatchIsRefused() throws {
        var plan = WatchPlan.standard
        plan.watchersMax = 1
        let harness = try DoorHarness(watches: plan)
        try harness.put("k", "v")
        let taken = Call(harness, WatchMethods.watch, Self.watch.serializedBytes())
        #expect(harness.run { taken.messageCount == 1 })
        let request = HashKVRequest().serializedBytes()
        let failure = try harness.failure(MaintenanceMethods.hashKv, request)
        #expect(failure.status == EtcdError.tooManyRequests.status)
        taken.stream.cancel()
        #expect(harness.run { harness.replica.watches.watcherCount == 0 })
        let hash: HashKVResponse = try harness.call(MaintenanceMethods.hashKv, HashKVRequest())
        #expect(hash.hashRevision == 2)
    }
}
