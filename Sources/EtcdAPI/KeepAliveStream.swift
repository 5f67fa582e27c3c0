internal import EtcdMessages
internal import Protobuf
internal import Replication

/// One call of `Lease.LeaseKeepAlive`: each message is a renewal, and has its answer.
final class KeepAliveStream {
    private let caller: StreamCaller
    private let service: LeaseService
    /// Renewals that have no answer yet.
    private var waitingCount = 0
    private var hasEnded = false

    /// The call's callbacks keep it.
    static func begin(_ caller: StreamCaller, _ service: LeaseService) {
        let keepAlive = KeepAliveStream(caller, service)
        caller.onMessage = { keepAlive.receive($0) }
        caller.onHalfClose = { keepAlive.inputEnded() }
    }

    private init(_ caller: StreamCaller, _ service: LeaseService) {
        self.caller = caller
        self.service = service
    }

    private func receive(_ message: UnsafeRawBufferPointer) {
        let request: LeaseKeepAliveRequest
        do throws(WireError) {
            request = try LeaseKeepAliveRequest(serialized: message)
        } catch {
            return caller.finish(CallFailure(error).status)
        }
        guard waitingCount < Limits.renewalsPerStream else {
            return caller.finish(EtcdError.tooManyRequests.status)
        }
        waitingCount += 1
        if waitingCount >= Limits.renewalsBeforePause { caller.isHeldBack = true }
        service.renew(request, caller.bearer) { [self] result in answer(result) }
    }

    private func answer(_ result: Result<LeaseKeepAliveResponse, CallFailure>) {
        waitingCount -= 1
        switch result {
        case .success(let response):
            caller.send(response)
            if waitingCount < Limits.renewalsBeforePause / 2 { caller.isHeldBack = false }
            if hasEnded, waitingCount == 0 { caller.finish() }
        case .failure(let failure): caller.finish(failure.status)
        }
    }

    /// The client has said all; the answers that it waits for still come.
    private func inputEnded() {
        hasEnded = true
        if waitingCount == 0 { caller.finish() }
    }
}
