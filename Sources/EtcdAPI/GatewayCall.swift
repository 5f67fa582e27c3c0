internal import Authentication
internal import GRPC
internal import Protobuf
internal import Transport

/// A call that came as JSON over HTTP.
final class GatewayCall {
    private let exchange: HTTPExchange

    private let responseBytesMax: Int

    init(_ exchange: HTTPExchange, responseBytesMax: Int) {
        self.exchange = exchange
        self.responseBytesMax = responseBytesMax
    }

    var isWaiting: Bool { exchange.isOpen }

    func onCancel(_ action: @escaping () -> Void) {
        exchange.endsWithInput = true
        exchange.onClose = action
    }

    var requiresLeader: Bool { exchange.header("grpc-metadata-hasleader") == "true" }

    /// What the client calls the version of its API.
    var clientVersion: String? { exchange.header("grpc-metadata-client-api-version") }

    /// The metadata `synod-session`, in the gateway's way to send metadata as a header.
    var sessionText: String? { exchange.header("grpc-metadata-synod-session") }

    /// What the call says of who makes it.
    var bearer: Bearer { Bearer(exchange) }

    func respond(_ response: some ProtobufJSONMessage) {
        // What is too long already is not made longer; as JSON bytes take a third more.
        let size = response.encodedSize
        let json = size <= responseBytesMax ? response.serializedJSON() : []
        guard max(size, json.count) <= responseBytesMax else {
            return fail(.answerTooLarge(bytes: max(size, json.count), max: responseBytesMax))
        }
        exchange.respond(status: 200, headers: [JSONContent.header], body: json)
    }

    func fail(_ failure: CallFailure) {
        fail(failure.status.code.httpStatus, failure, headers: failure.metadata)
    }

    /// A request that is not a POST.
    func failMethod() {
        let failure = CallFailure(GRPCStatus(.unimplemented, "Method Not Allowed"))
        fail(405, failure, headers: [("allow", "POST")])
    }

    /// etcd's form of an error: `error` for its 3.5 line, `details` for the newer ones.
    private func fail(_ httpStatus: Int, _ failure: CallFailure, headers: [(String, String)]) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("error")
        writer.write(failure.status.message)
        writer.name("code")
        writer.write(failure.status.code.rawValue)
        writer.name("message")
        writer.write(failure.status.message)
        writer.name("details")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        exchange.respond(
            status: httpStatus, headers: [JSONContent.header] + headers,
            body: writer.bytes)
    }
}
