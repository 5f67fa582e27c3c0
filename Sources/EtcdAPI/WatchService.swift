internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication
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
        let requests = WatchRequestQueue(stream, caller, gate)
        caller.onMessage = { [unowned caller] message in
            do throws(WireError) {
                let request = try WatchRequest(serialized: message)
                requests.take(request, byteCount: message.count)
            } catch {
                caller.finish(CallFailure.malformedMessage(error).status)
            }
        }
        caller.onDrain = { [weak self, unowned caller] in self?.pump(stream, caller) }
        caller.onEnd = { stream.end() }
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
