internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import Watching

/// `etcdserverpb.Watch`: many watches on one stream.
final class WatchService {
    private let replica: Replica

    init(replica: Replica) { self.replica = replica }

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
            stream.take(try WatchRequest(serialized: message))
        } catch {
            return caller.finish(CallFailure.malformedMessage(error).status)
        }
        if stream.isOverrun { caller.finish(EtcdError.tooManyRequests.status) }
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
