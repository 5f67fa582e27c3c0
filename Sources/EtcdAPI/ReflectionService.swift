internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Transport

/// gRPC's server reflection: clients that have no .proto files ask what there is.
final class ReflectionService {
    /// The older name of the same, which most clients ask for first or second.
    static let pathOfAlpha = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"

    private struct Entry {
        let file: ProtoFile
        let descriptor: [UInt8]
    }

    /// Made when somebody asks.
    private lazy var files: [String: Entry] = Dictionary(
        uniqueKeysWithValues: ProtoFiles.all.map { file in
            guard let descriptor = Base64.decode(file.descriptor) else {
                preconditionFailure("\(file.name) is not in base64")
            }
            return (file.name, Entry(file: file, descriptor: descriptor))
        })
    /// Which file a service or type is in.
    private lazy var places: [String: String] = Dictionary(
        uniqueKeysWithValues: ProtoFiles.all.flatMap { file in
            (file.services + file.types).map { ($0, file.name) }
        })

    /// One stream; each message has its answer.
    func reflect(_ caller: StreamCaller) {
        caller.onMessage = { [self, unowned caller] message in
            do throws(WireError) {
                let request = try ServerReflectionRequest(serialized: message)
                caller.send(answer(request))
            } catch {
                caller.finish(CallFailure.malformedMessage(error).status)
            }
        }
        caller.onHalfClose = { [unowned caller] in caller.finish() }
    }

    private func answer(_ request: ServerReflectionRequest) -> ServerReflectionResponse {
        var response = ServerReflectionResponse()
        response.validHost = request.host
        response.originalRequest = request
        switch request.messageRequest {
        case .fileByFilename(let name):
            response.messageResponse = file(name) ?? missing("File not found: \(name)")
        case .fileContainingSymbol(let name):
            let place = place(of: name)
            response.messageResponse =
                place.flatMap { file($0) } ?? missing("Symbol not found: \(name)")
        case .fileContainingExtension(let extended):
            response.messageResponse = missing("Extension not found: \(extended.containingType)")
        case .allExtensionNumbersOfType(let name):
            response.messageResponse =
                places[name] == nil
                ? missing("Type not found: \(name)")
                : .allExtensionNumbersResponse(.with { $0.baseTypeName = name })
        case .listServices:
            let names = ProtoFiles.all.flatMap(\.services).sorted()
            response.messageResponse = .listServicesResponse(
                .with { $0.service = names.map { name in .with { $0.name = name } } })
        case nil:
            response.messageResponse = error(.invalidArgument, "nothing is asked for")
        }
        return response
    }

    /// Of a service or a type; of a method, a field or a value, where what has it is.
    private func place(of name: String) -> String? {
        if let place = places[name] { return place }
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return places[String(name[..<dot])]
    }

    /// A file, and all that it needs.
    private func file(_ name: String) -> ServerReflectionResponse.OneOf_MessageResponse? {
        guard files[name] != nil else { return nil }
        var (names, index) = ([name], 0)
        while index < names.count {
            let dependencies = files[names[index]]?.file.dependencies ?? []
            names += dependencies.filter { !names.contains($0) }
            index += 1
        }
        return .fileDescriptorResponse(
            .with { $0.fileDescriptorProto = names.compactMap { files[$0]?.descriptor } })
    }

    private func missing(_ text: String) -> ServerReflectionResponse.OneOf_MessageResponse {
        error(.notFound, text)
    }

    private func error(
        _ code: GRPCCode, _ text: String
    ) -> ServerReflectionResponse.OneOf_MessageResponse {
        .errorResponse(
            .with {
                $0.errorCode = Int32(code.rawValue)
                $0.errorMessage = text
            })
    }
}
