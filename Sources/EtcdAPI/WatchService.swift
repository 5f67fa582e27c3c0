internal import Authentication
internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication
internal import StateMachine
internal import Watching

/// `etcdserverpb.Watch`: many watches on one stream.
final class WatchService {
    private let replica: Replica
    private let gate: Gate

    init(replica: Replica, gate: Gate) { (self.replica, self.gate) = (replica, gate) }

    /// One stream. It stays when the client has sent its last request: the gateway's clients have done so at once.
    func watch(_ caller: StreamCaller) {
        let stream = replica.watches.makeStream()
        stream.onOutput = { [weak self, weak caller, unowned stream] in
            if let self, let caller { pump(stream, caller) }
        }
        caller.onMessage = { [weak self, unowned caller] message in
            self?.take(message, stream, caller)
        }
        caller.onDrain = { [weak self, unowned caller] in self?.pump(stream, caller) }
        caller.onEnd = { stream.end() }
    }

    private func take(
        _ message: UnsafeRawBufferPointer, _ stream: WatchStream, _ caller: StreamCaller
    ) {
        do throws(WireError) {
            take(try WatchRequest(serialized: message), stream, caller)
        } catch {
            return caller.finish(CallFailure.malformedMessage(error).status)
        }
        if stream.isOverrun { caller.finish(EtcdError.tooManyRequests.status) }
    }

    /// Whoever watches keys may read them when the watch begins; later nobody asks again, as in etcd.
    private func take(_ request: WatchRequest, _ stream: WatchStream, _ caller: StreamCaller) {
        guard gate.isOn, case .createRequest(let create)? = request.requestUnion else {
            return stream.take(request)
        }
        gate.keeper.ask(caller.bearer) { rights, _ throws(KVError) in
            try rights.requireRead(create.interval)
        } then: { refusal in
            guard let refusal else { return stream.take(request) }
            stream.refuse(because: CallFailure(refusal).status.goText)
        }
    }

    /// Sends what there is, as long as the client takes it.
    private func pump(_ stream: WatchStream, _ caller: StreamCaller) {
        while caller.isOpen, caller.bufferedBytes < Limits.watchBytesWaiting,
            let output = stream.next()
        {
            switch output {
            case .answer(var response):
                sign(&response.header)
                caller.send(response)
            case .events(var response):
                sign(&response.header)
                caller.send(encoded: response, as: WatchResponse.self)
            }
        }
    }

    private func sign(_ header: inout ResponseHeader) { header.sign(by: replica) }
}

extension GRPCStatus {
    /// As gRPC's Go implementation writes an error: clients find it among the reasons of cancelled watches.
    fileprivate var goText: String { "rpc error: code = \(code.goName) desc = \(message)" }
}

extension GRPCCode {
    /// The name in gRPC's Go implementation, of those that refuse a user.
    fileprivate var goName: String {
        switch self {
        case .permissionDenied: "PermissionDenied"
        case .unauthenticated: "Unauthenticated"
        default: "InvalidArgument"
        }
    }
}
