import EtcdMessages
import GRPC
import Protobuf
import Testing
import Transport

@testable import EtcdAPI

/// gRPC's reflection, as grpcurl and its like ask.
struct ReflectionTests {
    private func ask(
        _ harness: DoorHarness, _ path: String, _ requests: [ServerReflectionRequest]
    ) throws -> [ServerReflectionResponse] {
        var responses: [ServerReflectionResponse] = []
        var isOver = false
        let stream = harness.client.stream(path)
        stream.onMessage = { message in
            if let response = try? ServerReflectionResponse(serialized: message) {
                responses.append(response)
            }
        }
        stream.onClose = { status in isOver = status.code == .ok }
        for request in requests { stream.send(request.serializedBytes()) }
        stream.halfClose()
        #expect(harness.run { isOver })
        return responses
    }

    @Test(arguments: [
        ServerReflectionMethods.serverReflectionInfo, ReflectionService.pathOfAlpha,
    ])
    func whatThereIsIsTold(path: String) throws {
        let harness = try DoorHarness()
        let answers = try ask(
            harness, path,
            [
                .with { $0.listServices = "" },
                .with { $0.fileContainingSymbol = "etcdserverpb.KV" },
                .with { $0.fileContainingSymbol = "etcdserverpb.KV.Range" },
                .with { $0.fileByFilename = "kv.proto" },
                .with { $0.fileContainingSymbol = "etcdserverpb.RangeRequest.SortOrder" },
                .with { $0.fileContainingSymbol = "nobody.Knows" },
                .with { $0.allExtensionNumbersOfType = "mvccpb.Event" },
                .with { $0.host = "h" },
            ])
        #expect(answers.count == 8)
        let services = answers[0].listServicesResponse.service.map(\.name)
        for name in [
            "etcdserverpb.KV", "etcdserverpb.Watch", "v3lockpb.Lock", "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
        ] {
            #expect(services.contains(name))
        }
        let files = answers[1].fileDescriptorResponse.fileDescriptorProto
        #expect(files.count == 3, "rpc.proto, and what it imports")
        #expect(answers[2].fileDescriptorResponse == answers[1].fileDescriptorResponse)
        #expect(answers[4].fileDescriptorResponse == answers[1].fileDescriptorResponse)
        let kv = answers[3].fileDescriptorResponse.fileDescriptorProto
        #expect(kv.count == 1 && files.contains(kv[0]))
        // Its first field is its name.
        #expect(kv[0].starts(with: [10, 8] + Array("kv.proto".utf8)))
        #expect(answers[5].errorResponse.errorCode == 5)
        #expect(answers[6].allExtensionNumbersResponse.baseTypeName == "mvccpb.Event")
        #expect(answers[7].errorResponse.errorCode == 3)
        #expect(answers[7].validHost == "h" && answers[7].originalRequest.host == "h")
    }
}
