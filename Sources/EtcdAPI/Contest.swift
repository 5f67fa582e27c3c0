internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import StateMachine

/// A caller's way to the first place below a name: it makes a key that ends with its lease, and waits until all keys
/// that were made before are gone. Locks and elections are this.
final class Contest {
    /// What the caller has then.
    struct Place {
        let key: [UInt8]
        /// When the key was made: later commands can be bound to it.
        let revision: Int64
        /// When this call wrote it: a later call with the same lease has written it again.
        let written: Int64
        let lease: Int64
        /// Of the answer with which the key was made.
        let entered: ResponseHeader
        /// Of the answer that says that the place is the first.
        var header: ResponseHeader
    }

    /// The place among the open contests.
    var index = 0
    private let calls: StoreCalls
    private let contests: OpenContests
    private let caller: Caller
    private let prefix: [UInt8]
    private let value: [UInt8]?
    /// Whether the call ends when no leader has been known for long.
    var requiresLeader: Bool { caller.requiresLeader }
    private let expired: GRPCStatus
    private let won: (Place) -> Void
    private var place: Place?
    private var wait: ChangeWait?
    private var isOver = false

    /// - Parameters:
    ///   - value: what the key says. Nil: nothing, or what it says already.
    ///   - expired: what a caller is told whose key has gone while it waited.
    init(
        _ caller: Caller, name: [UInt8], value: [UInt8]?, expired: GRPCStatus,
        _ contests: OpenContests, won: @escaping (Place) -> Void
    ) {
        self.caller = caller
        self.contests = contests
        calls = contests.calls.onBehalf(of: caller.bearer)
        prefix = .contest(name)
        self.value = value
        self.expired = expired
        self.won = won
    }

    /// Begins, with a lease of its own for 0.
    func begin(lease: Int64) {
        guard contests.enter(self) else {
            isOver = true
            return caller.fail(CallFailure(EtcdError.tooManyRequests))
        }
        caller.onCancel { [self] in leave() }
        guard lease == 0 else { return enter(lease) }
        calls.grantLease(seconds: Limits.contestLeaseSeconds) { [self] result in
            switch result {
            case .success(let id): enter(id)
            case .failure(let failure): fail(failure)
            }
        }
    }

    /// The key's name says whose it is, as etcd's clients write it. A key that is there already is written again: what
    /// another call of its owner has still under way, through whatever node, does not take it away from this one.
    private func enter(_ lease: Int64) {
        if isOver { return }
        let key = prefix + Array(String(lease, radix: 16).utf8)
        let get = RequestOp.with { $0.requestRange = .with { $0.key = key } }
        let make = put(key, lease, ignoresValue: false)
        let takeOver = put(key, lease, ignoresValue: value == nil)
        let request = TxnRequest.ifMade(key, at: 0, then: [make], else: [get, takeOver])
        calls.transact(request) { [self] result in
            switch result {
            case .success(let response): entered(key, lease, response)
            case .failure(let failure): fail(failure)
            }
        }
    }

    private func put(_ key: [UInt8], _ lease: Int64, ignoresValue: Bool) -> RequestOp {
        .with {
            $0.requestPut = .with {
                $0.key = key
                $0.lease = lease
                $0.value = ignoresValue ? [] : value ?? []
                $0.ignoreValue = ignoresValue
            }
        }
    }

    private func entered(_ key: [UInt8], _ lease: Int64, _ response: TxnResponse) {
        let known = response.responses.first?.responseRange.kvs.first
        let written = response.header.revision
        place = Place(
            key: key, revision: response.succeeded ? written : known?.createRevision ?? 0,
            written: written, lease: lease, entered: response.header, header: response.header)
        if isOver { return giveUp() }
        goOn()
    }

    /// Looks who was there before, the youngest of them: when that one goes, this one looks again.
    private func goOn() {
        guard let place, !isOver else { return }
        calls.range(.last(below: prefix, madeUpTo: place.revision - 1)) { [self] result in
            if isOver { return }
            switch result {
            case .failure(let failure): fail(failure)
            case .success(let response):
                guard let before = response.kvs.first else { return check(place) }
                let watch = WatchCreateRequest.with {
                    $0.key = before.key
                    $0.startRevision = response.header.revision + 1
                    $0.filters = [.noput]
                }
                wait = ChangeWait(watch, calls) { [self] failure in
                    wait = nil
                    if let failure { fail(failure) } else { goOn() }
                }
            }
        }
    }

    /// The lease may have ended meanwhile.
    private func check(_ place: Place) {
        calls.range(.with { $0.key = place.key }) { [self] result in
            if isOver { return }
            switch result {
            case .failure(let failure): fail(failure)
            case .success(let response):
                close()
                guard response.kvs.first?.createRevision == place.revision else {
                    return caller.fail(CallFailure(expired))
                }
                var place = place
                place.header = response.header
                won(place)
            }
        }
    }

    // MARK: Ends

    /// This node can do no more. The key stays, and keeps its place for a caller who goes on elsewhere.
    func endHere(_ failure: CallFailure) {
        guard !isOver else { return }
        close()
        caller.fail(failure)
    }

    private func fail(_ failure: CallFailure) {
        guard !isOver else { return }
        caller.fail(failure)
        leave()
    }

    /// Nobody waits any more.
    private func leave() {
        guard !isOver else { return }
        close()
        if place != nil { giveUp() }
    }

    private func close() {
        isOver = true
        wait?.end()
        wait = nil
        contests.leave(self)
    }

    /// Takes the key away: others wait for that.
    private func giveUp() {
        guard let place else { return }
        let delete = RequestOp.with { $0.requestDeleteRange = .with { $0.key = place.key } }
        calls.transact(.ifWritten(place.key, at: place.written, then: [delete])) { _ in }
    }
}
