internal import Authentication
internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import StateMachine

/// `etcdserverpb.Lease`.
final class LeaseService {
    private let replica: Replica
    private let proposer: CommandProposer
    private let gate: Gate

    init(replica: Replica, proposer: CommandProposer, gate: Gate) {
        self.gate = gate
        self.replica = replica
        self.proposer = proposer
    }

    /// Makes a lease. What differs between nodes is decided here (P28): the id, if the client leaves it to the
    /// server, and the shortest time.
    func grant(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard var grant = caller.decode(LeaseGrantRequest.self, request) else { return }
        if grant.id == 0 {
            grant.id = replica.drawLeaseID(for: caller.sessionText.flatMap { ClientSession($0) })
        }
        grant.ttl = max(grant.ttl, replica.leaseSecondsMin)
        grant.serializedBytes().withUnsafeBytes { proposer.propose(.leaseGrant, $0, caller) }
    }

    /// Ends a lease, and its keys.
    func revoke(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(LeaseRevokeRequest.self, request) != nil else { return }
        proposer.propose(.leaseRevoke, request, caller)
    }

    /// How long a lease lasts, which the leader knows, and its keys.
    func timeToLive(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(LeaseTimeToLiveRequest.self, request) else { return }
        replica.remainingTime(ofLease: request.id) { [self] result in
            switch result {
            case .lasts(let seconds):
                // The leader may have applied what this node has not.
                replica.afterRead(caller) { [self] in answer(request, seconds: seconds, caller) }
            case .unknown: answer(request, seconds: nil, caller)
            case .refused(let refusal): caller.fail(CallFailure(refusal))
            case .timedOut: caller.fail(.readTimedOut)
            }
        }
    }

    /// Whoever asks for a lease's keys reads them. What the leader does not know has ended, although this node, which
    /// may lag, may have it still.
    private func answer(_ request: LeaseTimeToLiveRequest, seconds: Int64?, _ caller: Caller) {
        let row = seconds == nil ? nil : replica.machine.leases.row(of: request.id)
        let isPermitted = gate.permits(caller) { rights, _ throws(KVError) in
            if request.keys { try rights.requireRead(keysOf: row) }
        }
        guard isPermitted else { return }
        var response = LeaseTimeToLiveResponse()
        response.header = .current(of: replica)
        response.id = request.id
        response.ttl = -1
        if let row, let seconds {
            response.ttl = seconds
            response.grantedTtl = row.ttlSeconds
            if request.keys { response.keys = row.keys }
        }
        caller.send(response)
    }

    /// All leases.
    func leases(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(LeaseLeasesRequest.self, request) != nil else { return }
        replica.afterRead(caller) { [replica, gate] in
            let isPermitted = gate.permits(caller) { rights, _ throws(KVError) in
                for row in replica.machine.leases.rows { try rights.requireRead(keysOf: row) }
            }
            guard isPermitted else { return }
            var response = LeaseLeasesResponse()
            response.header = .current(of: replica)
            response.leases = replica.machine.leases.ids.map { id in .with { $0.id = id } }
            caller.send(response)
        }
    }

    /// Renews leases, as long as the client asks for it.
    func keepAlive(_ caller: StreamCaller) { KeepAliveStream.begin(caller, self) }

    /// Renews a lease for a call that asks for one: whoever may write its keys.
    func renew(
        _ request: LeaseKeepAliveRequest, _ bearer: Bearer?,
        then: @escaping (Result<LeaseKeepAliveResponse, CallFailure>) -> Void
    ) {
        guard gate.isOn else { return renew(request, then: then) }
        gate.keeper.ask(bearer ?? Bearer(token: nil)) { [replica] rights, _ throws(KVError) in
            try rights.requireWrite(keysOf: replica.machine.leases.row(of: request.id))
        } then: { [self] refusal in
            if let refusal { return then(.failure(CallFailure(refusal))) }
            renew(request, then: then)
        }
    }

    private func renew(
        _ request: LeaseKeepAliveRequest,
        then: @escaping (Result<LeaseKeepAliveResponse, CallFailure>) -> Void
    ) {
        var response = LeaseKeepAliveResponse()
        // As etcd's: from before the renewal.
        response.header = .current(of: replica)
        response.id = request.id
        replica.renew(lease: request.id) { result in
            switch result {
            case .lasts(let seconds):
                response.ttl = seconds
                then(.success(response))
            // No error: clients take 0 for the end of their lease.
            case .unknown: then(.success(response))
            case .refused(let refusal): then(.failure(CallFailure(refusal)))
            case .timedOut: then(.failure(.readTimedOut))
            }
        }
    }
}
