import EtcdMessages
import GRPC
import Observability
import Protobuf
import Replication
import Testing
import Transport

@testable import EtcdAPI

/// `client-api-version`: counted, as in etcd, and a text.
struct ClientVersionTests {
    private func lines(_ harness: DoorHarness) -> [Substring] {
        String(decoding: harness.replica.metrics.registry.render(), as: UTF8.self)
            .split(separator: "\n")
            .filter { $0.hasPrefix("etcd_server_client_requests_total{") }
    }

    private func line(_ kind: String, _ version: String, _ count: Int) -> Substring {
        "etcd_server_client_requests_total{type=\"\(kind)\",client_api_version=\"\(version)\"} \(count)"
    }

    @Test func callsAreCountedByTheirClientsVersion() throws {
        let harness = try DoorHarness()
        let range = RangeRequest.with { $0.key = [1] }
        for version in ["3.5.1", "3.5.1", "3.4.0", "3.5.1", String(repeating: "9", count: 65)] {
            let _: RangeResponse = try harness.call(
                KVMethods.range, range, metadata: [("client-api-version", version)])
        }
        try harness.put("k", "v")
        // Who is refused later was counted.
        _ = try harness.failure(KVMethods.put, [], metadata: [("client-api-version", "3.4.0")])
        let gateway = try harness.http(
            "POST", "/v3/kv/range", headers: ["Grpc-Metadata-Client-Api-Version: 3.6"],
            text: #"{"key":"AQ=="}"#)
        #expect(gateway.status == 200)
        let stream = harness.client.stream(
            WatchMethods.watch, metadata: [("client-api-version", "3.5.1")])
        #expect(harness.run { harness.etcd.streams.count == 1 })
        #expect(
            Set(lines(harness))
                == [
                    line("stream", "3.5.1", 1), line("stream", "unknown", 0),
                    line("unary", "3.4.0", 2), line("unary", "3.5.1", 3), line("unary", "3.6", 1),
                    line("unary", "other", 1), line("unary", "unknown", 1),
                ])
        stream.cancel()
    }

    /// A call in HTTP/2 by hand: our client sends texts only.
    private func call(_ path: String, version: [UInt8], message: [UInt8]) -> [UInt8] {
        func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
            [0, 0, UInt8(payload.count), type, flags, 0, 0, 0, stream] + payload
        }
        func text(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count)] + bytes }
        func field(_ name: String, _ value: [UInt8]) -> [UInt8] {
            [0] + text(Array(name.utf8)) + text(value)
        }
        let block =
            [0x83, 0x86, 0x04] + text(Array(path.utf8)) + [0x01] + text(Array("test".utf8))
            + field("content-type", Array("application/grpc".utf8))
            + field("te", Array("trailers".utf8)) + field("client-api-version", version)
        let body = [0, 0, 0, 0, UInt8(message.count)] + message
        return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, 0, [])
            + frame(1, 4, 1, block) + frame(0, 1, 1, body)
    }

    @Test func whatIsNoTextIsRefused() throws {
        let harness = try DoorHarness()
        let range = RangeRequest.with { $0.key = [1] }.serializedBytes()
        let watch = WatchRequest.with { $0.createRequest.key = [1] }.serializedBytes()
        func ends(_ code: String, _ method: String) -> Int {
            String(decoding: harness.replica.metrics.registry.render(), as: UTF8.self)
                .split(separator: "\n")
                .filter {
                    $0.hasPrefix("grpc_server_handled_total{grpc_code=\"\(code)\"")
                        && $0.contains("grpc_method=\"\(method)\"") && $0.hasSuffix(" 1")
                }
                .count
        }
        let good = harness.send(call(KVMethods.range, version: [0x33], message: range))
        #expect(harness.run { ends("OK", "Range") == 1 })
        for (path, message, name) in [
            (KVMethods.range, range, "Range"), (WatchMethods.watch, watch, "Watch"),
        ] {
            let bad = harness.send(call(path, version: [0x33, 0xff], message: message))
            #expect(harness.run { ends("InvalidArgument", name) == 1 }, "\(name)")
            bad.close()
        }
        good.close()
        #expect(
            Set(lines(harness)) == [
                line("stream", "unknown", 0), line("unary", "unknown", 0), line("unary", "3", 1),
            ])
    }

    @Test func aVersionIsComparedWhole() {
        let family = MetricsRegistry().counters("requests", help: "", labels: ["type", "version"])
        let versions = ClientVersions(family, kind: .unary)
        func count(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes(versions.count) }
        for version in ["3.5.1", "3.5", "3.5.1", "3.5.10", ""] {
            #expect(count(Array(version.utf8)))
        }
        #expect(!count([0x33, 0x80]))
        #expect(versions.count(nil))
        #expect(
            ["3.5.1", "3.5", "3.5.10", "", "unknown"].map { family.labelled("unary", $0).value }
                == [2, 1, 1, 1, 1])
    }
}
