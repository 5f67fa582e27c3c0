internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import StateMachine

/// A client that has one lease at a time: takes it, hangs a key on it, renews it for a while, and lets it end, or ends it
/// itself and takes it again under the same id, just when its time is over.
final class LeaseHolder {
    private let index: Int
    private unowned let leases: LeaseWorkload
    private var takenCount: Int64 = 0
    private var id: Int64 = 0
    private var seconds: UInt64 = 1
    private var grant: LeaseLedger.Grant?
    /// When the newest renewal that was answered was asked for, by nobody's clock.
    private var renewedAtMicroseconds: UInt64 = 0
    private var renewalsLeft = 0
    /// Nothing of it is under way.
    private(set) var isQuiet = true

    init(_ index: Int, of leases: LeaseWorkload) {
        self.index = index
        self.leases = leases
    }

    private var world: World { leases.world }
    private var ledger: LeaseLedger { leases.ledger }

    /// Goes on after a while, unless all is over.
    private func later(_ microseconds: UInt64, _ body: @escaping () -> Void) {
        world.timeline.after(microseconds) { [self] in
            if leases.isOver { isQuiet = true } else { body() }
        }
    }

    // MARK: A lease's life

    /// Takes another lease, of an id that nobody had.
    func begin() {
        isQuiet = false
        later(leases.dice.number(in: 10_000...400_000)) { [self] in
            takenCount += 1
            take(Int64(index + 1) * 1_000_000 + takenCount, givingUp: false)
        }
    }

    /// Has a lease granted; one of the same id is revoked first, in the same breath.
    private func take(_ id: Int64, givingUp: Bool) {
        self.id = id
        seconds = leases.dice.one(of: [1, 1, 1, 2, 3])
        grant = nil
        let askedAt = ledger.now
        let microseconds = world.timeline.nowMicroseconds
        let request = LeaseGrantRequest.with {
            $0.id = id
            $0.ttl = Int64(seconds)
        }
        call { (replica, then: @escaping (ProposalResult) -> Void) in
            if givingUp {
                let revoke = LeaseRevokeRequest.with { $0.id = id }
                replica.propose(.leaseRevoke, request: revoke.serializedBytes()) { _ in }
            }
            replica.propose(.leaseGrant, request: request.serializedBytes(), completion: then)
        } then: { [self] result in
            guard case .applied(.leaseGrant) = result else { return begin() }
            grant = ledger.held(id, seconds: seconds, askedAt: askedAt)
            renewedAtMicroseconds = microseconds
            attach()
        }
    }

    private func attach() {
        renewalsLeft = leases.dice.index(below: 9)
        let put = PutRequest.with {
            $0.key = Array("lease/\(index)/\(leases.dice.index(below: 3))".utf8)
            $0.lease = id
        }
        call { (replica, then: @escaping (ProposalResult) -> Void) in
            replica.propose(.put, request: put.serializedBytes(), completion: then)
        } then: { [self] _ in
            goOn()
        }
    }

    private func goOn() {
        if renewalsLeft > 0 {
            renewalsLeft -= 1
            let perMille = leases.dice.number(in: 100...950)
            return later(seconds * perMille * 1000) { [self] in renew() }
        }
        // About when its time is over, by a clock that may not be the leader's.
        let over = renewedAtMicroseconds + seconds * 1_000_000
        let early = leases.dice.number(in: 0...60_000)
        let wait = max(over, world.timeline.nowMicroseconds + early) - early
        later(wait - world.timeline.nowMicroseconds) { [self] in
            guard leases.dice.happens(perMille: 600) else { return renew() }
            grant?.isGivenUp = true
            take(id, givingUp: true)
        }
    }

    private func renew() {
        let askedAt = ledger.now
        let microseconds = world.timeline.nowMicroseconds
        call { [id] (replica, then: @escaping (LeaseResult) -> Void) in
            replica.renew(lease: id, completion: then)
        } then: { [self] result in
            guard let grant else { return begin() }
            switch result {
            case .lasts(let seconds):
                ledger.renewed(grant, seconds: seconds, askedAt: askedAt)
                renewedAtMicroseconds = microseconds
                goOn()
            case .unknown:
                ledger.missed(grant)
                begin()
            case .refused, .timedOut, nil: goOn()
            }
        }
    }

    // MARK: Calls

    /// Asks any node; nil if no answer comes in time.
    private func call<Answer>(
        _ body: @escaping (Replica, @escaping (Answer) -> Void) -> Void,
        then: @escaping (Answer?) -> Void
    ) {
        let machine = leases.dice.one(of: world.machines)
        let isLost = leases.dice.happens(perMille: leases.lossPerMille)
        let isRequestLost = isLost && leases.dice.happens(perMille: 500)
        var isOver = false
        func finish(_ answer: Answer?, after microseconds: UInt64) {
            world.timeline.after(microseconds) {
                if isOver { return }
                isOver = true
                then(answer)
            }
        }
        let patience = world.knobs.requestTimeoutMilliseconds + Limits.clientPatienceMilliseconds
        finish(nil, after: patience * 1000)
        world.timeline.after(leases.dice.number(in: 20...600)) { [self] in
            guard let process = machine.process, let replica = process.replica else {
                return finish(nil, after: leases.dice.number(in: 10_000...100_000))
            }
            if isRequestLost { return }
            process.later(1) { [self] in
                body(replica) { [self, weak process] answer in
                    guard process?.mayAct() == true, !isLost else { return }
                    finish(answer, after: leases.dice.number(in: 20...600))
                }
                process.requestTurn()
            }
        }
    }
}
