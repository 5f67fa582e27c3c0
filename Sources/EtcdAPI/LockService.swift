internal import EtcdMessages
internal import GRPC

/// `v3lockpb.Lock`. The key that a lock gives has a create revision: whoever binds a transaction to it cannot be late.
final class LockService {
    private let contests: OpenContests
    private let calls: StoreCalls

    init(_ contests: OpenContests) {
        self.contests = contests
        calls = contests.calls
    }

    /// Waits until the caller owns the lock; a caller that goes away leaves no key.
    func lock(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(LockRequest.self, request) else { return }
        let contest = Contest(
            caller, name: request.name, value: nil,
            expired: GRPCStatus(.unknown, "mutex: session is expired"), contests
        ) { [calls] place in
            var response = LockResponse()
            response.header = place.header
            response.header.sign(by: calls.replica)
            response.key = place.key
            caller.send(response)
        }
        contest.begin(lease: request.lease)
    }

    func unlock(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(UnlockRequest.self, request) else { return }
        guard !request.key.isEmpty else {
            return caller.fail(CallFailure(EtcdError.keyNotProvided).throughClient)
        }
        calls.onBehalf(of: caller.bearer).delete(request.key) { [calls] result in
            switch result {
            case .failure(let failure): caller.fail(failure)
            case .success(let deleted):
                var response = UnlockResponse()
                response.header = deleted.header
                response.header.sign(by: calls.replica)
                caller.send(response)
            }
        }
    }
}
