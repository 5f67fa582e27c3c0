import EtcdMessages
import GRPC
import Observability
import Protobuf
import Replication
import Testing
import Transport

@testable import EtcdAPI

/// The form of events, as clients get them.
struct WatchEventTests {
    private let harness: DoorHarness

    init() throws { harness = try DoorHarness() }

    private final class Watching {
        let stream: ClientStream
        private(set) var responses: [WatchResponse] = []

        init(_ harness: DoorHarness, _ creates: [WatchCreateRequest]) {
            stream = harness.client.stream(WatchMethods.watch)
            stream.onMessage = { [weak self] in
                if let response = try? WatchResponse(serialized: $0) {
                    self?.responses.append(response)
                }
            }
            for create in creates {
                stream.send(WatchRequest.with { $0.createRequest = create }.serializedBytes())
            }
        }

        func told(_ id: Int64) -> [WatchResponse] {
            responses.filter { $0.watchID == id && !$0.created }
        }
    }

    private static func create(_ filters: [WatchCreateRequest.FilterType]) -> WatchCreateRequest {
        .with {
            ($0.key, $0.rangeEnd, $0.filters) = (Array("k".utf8), Array("l".utf8), filters)
        }
    }

    @Test func aDeleteIsTheKeyAndItsRevisionAndNothingElse() throws {
        let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (7, 600) }
        let _: LeaseGrantResponse = try harness.call(LeaseMethods.leaseGrant, grant)
        for key in ["k2", "k1"] {
            let put = PutRequest.with {
                ($0.key, $0.value, $0.lease) = (Array(key.utf8), [9], 7)
            }
            let _: PutResponse = try harness.call(KVMethods.put, put)
        }
        try harness.put("k3", "v")
        let watching = Watching(harness, [Self.create([])])
        harness.run { watching.responses.count == 1 }
        // A lease takes its keys along, a range its own: one revision each, in the order of the keys.
        let revoke = LeaseRevokeRequest.with { $0.id = 7 }
        let _: LeaseRevokeResponse = try harness.call(LeaseMethods.leaseRevoke, revoke)
        try harness.put("k4", "v")
        let delete = DeleteRangeRequest.with {
            ($0.key, $0.rangeEnd) = (Array("k".utf8), Array("l".utf8))
        }
        let _: DeleteRangeResponse = try harness.call(KVMethods.deleteRange, delete)
        #expect(harness.run { watching.told(0).flatMap(\.events).count == 5 })
        func deleted(_ key: String, _ revision: Int64) -> Event {
            .with {
                $0.type = .delete
                ($0.kv.key, $0.kv.modRevision) = (Array(key.utf8), revision)
            }
        }
        var events = watching.told(0).flatMap(\.events)
        let put = events.remove(at: 2).kv
        #expect(put.createRevision == 6 && put.modRevision == 6)
        #expect(
            events == [deleted("k1", 5), deleted("k2", 5), deleted("k3", 7), deleted("k4", 7)])
        for response in watching.told(0) {
            #expect(response.header.revision == response.events.last?.kv.modRevision)
        }
        watching.stream.cancel()
    }

    @Test func filteredEventsAreNotToldAndNeitherIsAnEmptyResponse() throws {
        let watching = Watching(
            harness, [Self.create([.noput]), Self.create([.nodelete]), Self.create([])])
        harness.run { watching.responses.count == 3 }
        try harness.put("k1", "v")
        let delete = DeleteRangeRequest.with { $0.key = Array("k1".utf8) }
        let _: DeleteRangeResponse = try harness.call(KVMethods.deleteRange, delete)
        try harness.put("k2", "v")
        #expect(harness.run { watching.told(2).flatMap(\.events).count == 3 })
        #expect(watching.told(0).flatMap(\.events).map(\.kv.modRevision) == [3])
        #expect(watching.told(1).flatMap(\.events).map(\.kv.modRevision) == [2, 4])
        #expect(watching.responses.allSatisfy { $0.created || !$0.events.isEmpty })
        watching.stream.cancel()
    }

    /// A client that cancels hears nothing any more: only the count tells how its call ended.
    @Test func whatAClientCancelsEndsAsCanceled() throws {
        let watching = Watching(harness, [Self.create([])])
        harness.run { watching.responses.count == 1 }
        watching.stream.cancel()
        let line =
            #"grpc_server_handled_total{grpc_code="Canceled",grpc_method="Watch","#
            + #"grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"} 1"#
        #expect(
            harness.run {
                String(decoding: harness.replica.metrics.registry.render(), as: UTF8.self)
                    .contains(line)
            })
    }
}
