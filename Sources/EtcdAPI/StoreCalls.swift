internal import Authentication
internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication
internal import StateMachine
internal import Watching

/// What services ask of the store on behalf of their callers, where one call takes several steps. Refusals are those
/// that etcd's client would have told them of.
final class StoreCalls {
    typealias Completion<Answer> = (Result<Answer, CallFailure>) -> Void

    let replica: Replica
    private let gate: Gate
    /// What the caller says of who it is.
    private let bearer: Bearer?
    private let reader: RangeReader
    private let later: (@escaping () -> Void) -> Void
    private let requestBytesMax: Int
    private var waiting: [AnyObject] = []

    init(
        replica: Replica, gate: Gate, options: EtcdDoorOptions,
        later: @escaping (@escaping () -> Void) -> Void
    ) {
        self.replica = replica
        self.gate = gate
        bearer = nil
        self.later = later
        requestBytesMax = options.requestBytesMax
        reader = RangeReader(replica: replica, later: later)
    }

    private init(_ calls: StoreCalls, _ bearer: Bearer) {
        replica = calls.replica
        gate = calls.gate
        self.bearer = bearer
        later = calls.later
        requestBytesMax = calls.requestBytesMax
        reader = calls.reader
    }

    /// The same on behalf of a caller who was let in, with its rights and no others: they are asked with each step, and its
    /// token is not.
    func onBehalf(of bearer: @autoclosure () -> Bearer) -> StoreCalls {
        gate.isOn ? StoreCalls(self, gate.keeper.standing(bearer())) : self
    }

    /// A transaction through the log.
    func transact(_ request: TxnRequest, then: @escaping Completion<TxnResponse>) {
        propose(.txn, request.serializedBytes()) { result in
            then(
                result.flatMap { outcome in
                    guard case .txn(let response) = outcome else {
                        preconditionFailure("a transaction came to \(outcome)")
                    }
                    return .success(response)
                })
        }
    }

    func delete(_ key: [UInt8], then: @escaping Completion<DeleteRangeResponse>) {
        let request = DeleteRangeRequest.with { $0.key = key }
        propose(.deleteRange, request.serializedBytes()) { result in
            then(
                result.flatMap { outcome in
                    guard case .deleteRange(let response) = outcome else {
                        preconditionFailure("a delete came to \(outcome)")
                    }
                    return .success(response)
                })
        }
    }

    /// A lease of so many seconds; its id.
    func grantLease(seconds: Int64, then: @escaping Completion<Int64>) {
        let request = LeaseGrantRequest.with {
            $0.id = replica.drawLeaseID(for: nil)
            $0.ttl = max(seconds, replica.leaseSecondsMin)
        }
        propose(.leaseGrant, request.serializedBytes()) { result in
            then(result.map { _ in request.id })
        }
    }

    private func propose(
        _ kind: CommandKind, _ request: [UInt8], then: @escaping Completion<Outcome>
    ) {
        guard request.count <= requestBytesMax else {
            return then(.failure(CallFailure(EtcdError.requestTooLarge).throughClient))
        }
        let credentials: Credentials?
        do throws(AccessError) {
            credentials = try self.credentials()
        } catch {
            return then(.failure(CallFailure(error).throughClient))
        }
        replica.propose(kind, credentials: credentials, request: request) { result in
            switch result {
            case .applied(.failed(let error)):
                then(.failure(CallFailure(error).throughClient))
            case .applied(let outcome): then(.success(outcome))
            case .refused(let refusal): then(.failure(CallFailure(refusal)))
            case .unknown(let cause): then(.failure(CallFailure(cause)))
            }
        }
    }

    private func credentials() throws(AccessError) -> Credentials? {
        guard gate.isOn else { return nil }
        guard let access = try bearer.map(gate.keeper.access(of:)) ?? nil else {
            throw .refused(.userEmpty)
        }
        return gate.keeper.credentials(of: access)
    }

    /// Why the caller may not read a range.
    private func refusal(of request: RangeRequest) -> AccessError? {
        guard gate.isOn else { return nil }
        return gate.keeper.refusal(bearer ?? Bearer(token: nil)) { rights, _ throws(KVError) in
            try rights.require(request)
        }
    }

    /// A linearizable range.
    func range(_ request: RangeRequest, then: @escaping Completion<RangeResponse>) {
        replica.read { [self] result in
            switch result {
            case .ready:
                if let refusal = refusal(of: request) {
                    return then(.failure(CallFailure(refusal).throughClient))
                }
                reader.read(request) { then($0.mapError { CallFailure($0).throughClient }) }
            case .refused(let refusal): then(.failure(CallFailure(refusal)))
            case .timedOut(let delay): then(.failure(CallFailure(delay)))
            }
        }
    }

    /// A range of what this node has now; at once or later.
    func rangeHere(
        _ request: RangeRequest, then: @escaping (Result<RangeResponse, KVError>) -> Void
    ) {
        reader.read(request, completion: then)
    }

    /// Keeps something that waits for a watch, until it lets go.
    func keep(_ object: AnyObject) { waiting.append(object) }

    func letGo(_ object: AnyObject) { waiting.removeAll { $0 === object } }

    /// Runs something in a turn of its own: whoever is called at the end of one must not begin anything in it.
    func afterThisTurn(_ body: @escaping () -> Void) { later(body) }
}

extension RangeRequest {
    /// Of the keys below a prefix the one that was made first.
    static func first(below prefix: [UInt8]) -> RangeRequest {
        .with {
            $0.key = prefix
            $0.rangeEnd = prefix.prefixEnd
            $0.sortTarget = .create
            $0.sortOrder = .ascend
            $0.limit = 1
        }
    }

    /// Of the keys below a prefix that were made up to a revision the one that was made last.
    static func last(below prefix: [UInt8], madeUpTo revision: Int64) -> RangeRequest {
        .with {
            $0.key = prefix
            $0.rangeEnd = prefix.prefixEnd
            $0.sortTarget = .create
            $0.sortOrder = .descend
            $0.limit = 1
            $0.maxCreateRevision = revision
            $0.keysOnly = true
        }
    }
}

extension [UInt8] {
    /// The first key that does not begin with these bytes, which end with a slash.
    var prefixEnd: [UInt8] { dropLast() + [UInt8(ascii: "/") + 1] }

    /// Below a name lie the keys of those who want it.
    static func contest(_ name: [UInt8]) -> [UInt8] { name + [UInt8(ascii: "/")] }
}

extension TxnRequest {
    /// Does something if a key is there that was made at this revision.
    static func ifMade(
        _ key: [UInt8], at revision: Int64, then: [RequestOp], else otherwise: [RequestOp] = []
    ) -> TxnRequest {
        var compare = Compare()
        compare.target = .create
        compare.createRevision = revision
        return TxnRequest(key, compare, then, otherwise)
    }

    /// Does something if nobody has written a key since this revision.
    static func ifWritten(
        _ key: [UInt8], at revision: Int64, then: [RequestOp]
    ) -> TxnRequest {
        var compare = Compare()
        compare.target = .mod
        compare.modRevision = revision
        return TxnRequest(key, compare, then, [])
    }

    private init(
        _ key: [UInt8], _ compare: Compare, _ success: [RequestOp], _ failure: [RequestOp]
    ) {
        self.init()
        var compare = compare
        compare.key = key
        compare.result = .equal
        self.compare = [compare]
        self.success = success
        self.failure = failure
    }
}
