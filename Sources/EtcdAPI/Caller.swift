internal import EtcdMessages
internal import Protobuf
internal import StateMachine
internal import Transport

/// The client of one unary call, by whichever way it came. Each method is written once, against this.
enum Caller {
    case grpc(UnaryCall, GRPCMethod)
    case gateway(GatewayCall)

    /// The request's message; nil if the bytes are none, and then the call is answered.
    func decode<Message: WireDecodable>(
        _ type: Message.Type, _ request: UnsafeRawBufferPointer
    ) -> Message? {
        do throws(WireError) {
            return try Message(serialized: request)
        } catch {
            fail(CallFailure(error))
            return nil
        }
    }

    /// Whether a request passes its check; if not, the call is answered.
    func accepts(check: () throws(KVError) -> Void) -> Bool {
        do throws(KVError) {
            try check()
            return true
        } catch {
            fail(CallFailure(error))
            return false
        }
    }

    /// The client's own number of a write, `SESSION-SEQUENCE`; nil if it gives none.
    var sessionText: String? {
        switch self {
        case .grpc(let call, _): call.metadata("synod-session")
        case .gateway(let call): call.sessionText
        }
    }

    /// Whether anybody waits for the answer.
    var isWaiting: Bool {
        switch self {
        case .grpc(let call, _): call.isOpen
        case .gateway(let call): call.isWaiting
        }
    }

    /// Whether a call that waits for long is to end when no leader has been known for long.
    var requiresLeader: Bool {
        switch self {
        case .grpc(let call, _):
            call.metadataBytes("hasleader")?.elementsEqual("true".utf8) ?? false
        case .gateway(let call): call.requiresLeader
        }
    }

    /// Calls `action`, once, if the client goes away before the answer.
    func onCancel(_ action: @escaping () -> Void) {
        switch self {
        case .grpc(let call, _): call.onCancel(action)
        case .gateway(let call): call.onCancel(action)
        }
    }

    /// Ends the call with an answer.
    func send(_ response: some ProtobufJSONMessage) {
        switch self {
        case .grpc(let call, let method): method.reply(response, to: call)
        case .gateway(let call): call.respond(response)
        }
    }

    /// Ends the call without an answer.
    func fail(_ failure: CallFailure) {
        switch self {
        case .grpc(let call, let method): method.fail(failure, call)
        case .gateway(let call): call.fail(failure)
        }
    }
}
