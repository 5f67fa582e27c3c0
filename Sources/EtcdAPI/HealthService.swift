internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication
internal import Transport

/// `grpc.health.v1.Health`, for the server as a whole: it serves while it knows a leader.
final class HealthService {
    private let replica: Replica
    private var watchers: [ServerStream] = []
    private var lastSent = HealthCheckResponse.ServingStatus.unknown

    init(replica: Replica) { self.replica = replica }

    private var now: HealthCheckResponse.ServingStatus {
        replica.isServing ? .serving : .notServing
    }

    /// The state now.
    func check(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let check = caller.decode(HealthCheckRequest.self, request) else { return }
        guard check.service.isEmpty else {
            return caller.fail(CallFailure(GRPCStatus(.notFound, "unknown service")))
        }
        caller.send(Self.answer(now))
    }

    /// The state now and each later one, until the client goes.
    func watch(_ stream: ServerStream) {
        stream.onMessage = { [weak self, unowned stream] message in
            stream.onHalfClose = nil
            self?.begin(message, stream)
        }
        stream.onHalfClose = { [unowned stream] in stream.finish(StreamCaller.noMessage) }
        stream.onCancel = { [weak self, unowned stream] in self?.forget(stream) }
    }

    /// Tells the watchers if the state has changed since they were last told; for the loop's timer.
    func tellWatchers() {
        guard !watchers.isEmpty, now != lastSent else { return }
        lastSent = now
        for watcher in watchers { Self.send(lastSent, to: watcher) }
    }

    private func begin(_ message: UnsafeRawBufferPointer, _ stream: ServerStream) {
        do throws(WireError) {
            let request = try HealthCheckRequest(serialized: message)
            // A service that nobody knows may come to be, says the protocol: the stream stays.
            guard request.service.isEmpty else { return Self.send(.serviceUnknown, to: stream) }
            guard !watchers.contains(where: { $0 === stream }) else { return }
            guard watchers.count < Limits.healthWatchersMax else {
                return stream.finish(GRPCStatus(.resourceExhausted, "too many watchers"))
            }
            tellWatchers()
            lastSent = now
            watchers.append(stream)
            Self.send(lastSent, to: stream)
        } catch {
            // Nobody tells of an end that is our own doing.
            forget(stream)
            stream.finish(CallFailure(error).status)
        }
    }

    private func forget(_ stream: ServerStream) { watchers.removeAll { $0 === stream } }

    private static func send(
        _ status: HealthCheckResponse.ServingStatus, to stream: ServerStream
    ) {
        let response = answer(status)
        stream.send(size: response.encodedSize) { response.serialize(into: $0) }
    }

    private static func answer(
        _ status: HealthCheckResponse.ServingStatus
    ) -> HealthCheckResponse {
        var response = HealthCheckResponse()
        response.status = status
        return response
    }
}
