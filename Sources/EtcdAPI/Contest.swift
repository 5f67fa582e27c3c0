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
        let lease: Int64
        var header: ResponseHeader
    }

    /// The place among the open contests.
    var index = 0
    private let calls: StoreCalls
    private let contests: OpenContests
    private let caller: Caller
    private let prefix: [UInt8]
    private let value: [UInt8]?
    private let expired: GRPCStatus
    private let won: (Place) -> Void
    private var place: Place?
    private var wait: ChangeWait?
    private var isOver = false

    /// - Parameters:
    ///   - value: what the key says; a key that is there already gets it. Nil: it says nothing, and is left as it is.
    ///   - expired: what a caller is told whose key has gone while it waited.
    init(
        _ caller: Caller, name: [UInt8], value: [UInt8]?, expired: GRPCStatus,
        _ contests: OpenContests, won: @escaping (Place) -> Void
    ) {
        self.caller = caller
        self.contests = contests
        calls = contests.calls
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

    /// The key's name says whose it is, as etcd's clients write it.
    private func enter(_ lease: Int64) {
        if isOver { return }
        let digits = String(lease, radix: 16)
        let key = prefix + Array(digits.utf8)
        let put = Self.put(key, value ?? [], lease)
        let get = RequestOp.with { $0.requestRange = .with { $0.key = key } }
        calls.transact(.ifMade(key, at: 0, then: [put], else: [get])) { [self] result in
            switch result {
            case .success(let response): entered(key, lease, response)
            case .failure(let failure): fail(failure)
            }
        }
    }

    private func entered(_ key: [UInt8], _ lease: Int64, _ response: TxnResponse) {
        let known = response.responses.first?.responseRange.kvs.first
        let revision = response.succeeded ? response.header.revision : known?.createRevision ?? 0
        place = Place(key: key, revision: revision, lease: lease, header: response.header)
        if isOver { return giveUp() }
        guard let value, let known, !response.succeeded, known.value != value else {
            return goOn()
        }
        let put = Self.put(key, value, lease)
        calls.transact(.ifMade(key, at: revision, then: [put])) { [self] result in
            switch result {
            case .success(let response): response.succeeded ? goOn() : fail(CallFailure(expired))
            case .failure(let failure): fail(failure)
            }
        }
    }

    private static func put(_ key: [UInt8], _ value: [UInt8], _ lease: Int64) -> RequestOp {
        .with {
            $0.requestPut = .with {
                $0.key = key
                $0.value = value
                $0.lease = lease
            }
        }
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
                wait = ChangeWait(watch, calls) { [self] in
                    wait = nil
                    goOn()
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

    /// Nobody can win any more.
    func fail(_ failure: CallFailure) {
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
        calls.transact(.ifMade(place.key, at: place.revision, then: [delete])) { _ in }
    }
}
