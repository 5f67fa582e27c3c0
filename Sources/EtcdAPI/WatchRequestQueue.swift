internal import Authentication
internal import Basics
internal import EtcdMessages
internal import GRPC
internal import StateMachine
internal import Watching

/// What one client asks of its watches, in order: while its rights to one are asked for, what it asks later waits.
final class WatchRequestQueue {
    private let stream: WatchStream
    private weak var caller: StreamCaller?
    private let gate: Gate
    private var waiting = RingBuffer<(request: WatchRequest, cost: Int)>(capacity: 4)
    private var waitingBytes = 0
    private var isAsking = false
    private var isGoingOn = false

    init(_ stream: WatchStream, _ caller: StreamCaller, _ gate: Gate) {
        (self.stream, self.caller, self.gate) = (stream, caller, gate)
    }

    /// - Parameter byteCount: of the message that it came in.
    func take(_ request: WatchRequest, byteCount: Int) {
        let cost = byteCount + Limits.heldWatchRequestBytes
        guard !isAsking || waitingBytes + cost <= Limits.heldWatchRequestsBytesMax else {
            caller?.finish(EtcdError.tooManyRequests.status)
            return
        }
        waiting.append((request, cost))
        waitingBytes += cost
        goOn()
    }

    private func goOn() {
        // An answer that comes at once is no deeper call.
        guard !isGoingOn else { return }
        isGoingOn = true
        defer { isGoingOn = false }
        while !isAsking, let caller, caller.isOpen, let (request, cost) = waiting.popFirst() {
            waitingBytes -= cost
            begin(request, caller)
            if stream.isOverrun { caller.finish(EtcdError.tooManyRequests.status) }
        }
    }

    /// Whoever watches keys may read them when the watch begins; later nobody asks again, as in etcd.
    private func begin(_ request: WatchRequest, _ caller: StreamCaller) {
        guard gate.isOn, case .createRequest(let create)? = request.requestUnion else {
            return stream.take(request)
        }
        isAsking = true
        gate.keeper.ask(caller.bearer) { rights, _ throws(KVError) in
            try rights.requireRead(create.interval)
        } then: { [self] refusal in
            isAsking = false
            if let refusal {
                stream.refuse(because: CallFailure(refusal).status.goText)
            } else {
                stream.take(request)
            }
            goOn()
        }
    }
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
