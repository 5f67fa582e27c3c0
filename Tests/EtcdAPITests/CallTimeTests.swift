import EtcdMessages
import EventLoops
import Observability
import Protobuf
import Replication
import Testing
import Transport

@testable import EtcdAPI

/// How long calls take, for whom `--metrics extensive` says so.
struct CallTimeTests {
    private func text(_ harness: DoorHarness) -> String {
        String(decoding: harness.replica.metrics.registry.render(), as: UTF8.self)
    }

    @Test func callsAreMeasuredOnRequest() throws {
        var options = EtcdDoorOptions()
        options.measuresCalls = true
        let harness = try DoorHarness(options: options)
        let begin = harness.loop.now
        for _ in 0..<3 { try harness.put("k", "v") }
        _ = try harness.failure(KVMethods.put, [])
        let stream = harness.client.stream(WatchMethods.watch)
        stream.send(WatchRequest.with { $0.createRequest.key = [1] }.serializedBytes())
        #expect(harness.run { harness.etcd.streams.count == 1 })
        let later = harness.loop.now + 30_000_000
        harness.run { harness.loop.now > later }
        stream.cancel()
        #expect(harness.run { harness.etcd.streams.count == 0 })
        let elapsed = harness.loop.now - begin
        let put = harness.replica.metrics.calls(
            service: "etcdserverpb.KV", method: "Put", areMeasured: true
        ).time
        #expect(put?.count == 4)
        #expect((1...elapsed).contains(put?.sumNanoseconds ?? 0))
        let watch = harness.replica.metrics.calls(
            service: "etcdserverpb.Watch", method: "Watch", kind: .bidirectionalStream,
            areMeasured: true
        ).time
        #expect(watch?.count == 1)
        #expect((30_000_000...elapsed).contains(watch?.sumNanoseconds ?? 0))
        let text = text(harness)
        let labels = #"grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary""#
        #expect(text.contains("# TYPE grpc_server_handling_seconds histogram\n"))
        for bound in [
            "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10",
        ] {
            let line = "\ngrpc_server_handling_seconds_bucket{\(labels),le=\"\(bound)\"} "
            #expect(text.contains(line), "\(bound)")
        }
        #expect(text.contains("grpc_server_handling_seconds_bucket{\(labels),le=\"+Inf\"} 4\n"))
        #expect(text.contains("grpc_server_handling_seconds_count{\(labels)} 4\n"))
        #expect(text.contains("grpc_server_handling_seconds_sum{\(labels)} 0."))
    }

    @Test func nobodyMeasuresThemOtherwise() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        #expect(!text(harness).contains("grpc_server_handling_seconds"))
    }
}
