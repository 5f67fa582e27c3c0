internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import StateMachine

/// `v3electionpb.Election`.
final class ElectionService {
    private let contests: OpenContests
    private let calls: StoreCalls

    init(_ contests: OpenContests) {
        self.contests = contests
        calls = contests.calls
    }

    private static let leaderMissing = GRPCStatus(
        .unknown, "\"leader\" field must be provided")

    /// Waits until the caller leads.
    func campaign(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(CampaignRequest.self, request) else { return }
        let contest = Contest(
            caller, name: request.name, value: request.value,
            expired: GRPCStatus(.unknown, "election: session is expired"), contests
        ) { [calls] place in
            var response = CampaignResponse()
            // As etcd's: from before the wait.
            response.header = place.entered
            response.header.sign(by: calls.replica)
            response.leader = .with {
                $0.name = request.name
                $0.key = place.key
                $0.rev = place.revision
                $0.lease = place.lease
            }
            caller.send(response)
        }
        contest.begin(lease: request.lease)
    }

    /// Changes what the leader says.
    func proclaim(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(ProclaimRequest.self, request) else { return }
        guard request.hasLeader else { return caller.fail(CallFailure(Self.leaderMissing)) }
        guard request.leader.lease == 0, !request.leader.key.isEmpty else {
            return proclaim(request, lease: request.leader.lease, caller)
        }
        // As etcd's: a key without a lease would lead for ever.
        calls.onBehalf(of: caller.bearer).grantLease(seconds: Limits.contestLeaseSeconds) {
            [self] result in
            switch result {
            case .success(let lease): proclaim(request, lease: lease, caller)
            case .failure(let failure): caller.fail(failure)
            }
        }
    }

    private func proclaim(_ request: ProclaimRequest, lease: Int64, _ caller: Caller) {
        let put = RequestOp.with {
            $0.requestPut = .with {
                $0.key = request.leader.key
                $0.value = request.value
                $0.lease = lease
            }
        }
        asLeader(request.leader, put, caller) { [calls] transaction in
            guard transaction.succeeded else {
                return caller.fail(
                    CallFailure(GRPCStatus(.unknown, "election: not leader")))
            }
            var response = ProclaimResponse()
            response.header = transaction.header
            response.header.sign(by: calls.replica)
            caller.send(response)
        }
    }

    /// Gives leadership up; who does not lead has none.
    func resign(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(ResignRequest.self, request) else { return }
        guard request.hasLeader else { return caller.fail(CallFailure(Self.leaderMissing)) }
        let delete = RequestOp.with {
            $0.requestDeleteRange = .with { $0.key = request.leader.key }
        }
        asLeader(request.leader, delete, caller) { [calls] transaction in
            var response = ResignResponse()
            response.header = transaction.header
            response.header.sign(by: calls.replica)
            caller.send(response)
        }
    }

    private func asLeader(
        _ leader: LeaderKey, _ operation: RequestOp, _ caller: Caller,
        then: @escaping (TxnResponse) -> Void
    ) {
        let request = TxnRequest.ifMade(leader.key, at: leader.rev, then: [operation])
        do throws(KVError) {
            try RequestCheck.txn(request)
        } catch {
            return caller.fail(CallFailure(error).throughClient)
        }
        calls.onBehalf(of: caller.bearer).transact(request) { result in
            switch result {
            case .success(let response): then(response)
            case .failure(let failure): caller.fail(failure)
            }
        }
    }

    /// Who leads now.
    func leader(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(LeaderRequest.self, request) else { return }
        calls.onBehalf(of: caller.bearer).range(.first(below: .contest(request.name))) {
            [calls] result in
            switch result {
            case .failure(let failure): caller.fail(failure)
            case .success(let range):
                guard let first = range.kvs.first else {
                    return caller.fail(CallFailure(GRPCStatus(.unknown, "election: no leader")))
                }
                var response = LeaderResponse()
                response.header = range.header
                response.header.sign(by: calls.replica)
                response.kv = first
                caller.send(response)
            }
        }
    }

    /// Who leads now, and what leaders say from now on.
    func observe(_ caller: StreamCaller) {
        caller.takeOne { [calls, unowned caller] message in
            do throws(WireError) {
                let request = try LeaderRequest(serialized: message)
                let calls = calls.onBehalf(of: caller.bearer)
                Observation(caller, name: request.name, calls).begin()
            } catch {
                caller.finish(CallFailure(error).status)
            }
        }
    }
}
