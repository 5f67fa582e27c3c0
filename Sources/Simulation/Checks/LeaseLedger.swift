internal import Replication
internal import StateMachine

/// What the clients of leases were promised, held against what becomes of the leases (P27): none ends by time before
/// its time has passed, by the clock of the machine that ends it, since its grant or its newest renewal was asked for.
package final class LeaseLedger {
    /// What every machine's clock had counted at a moment.
    struct Moment {
        let microseconds: [UInt64]
    }

    /// A grant of an id. An id may be granted again.
    final class Grant {
        let id: Int64
        let slot: UInt64
        /// Known to its client.
        fileprivate(set) var holder: (seconds: UInt64, safeSince: Moment)?
        /// Its client has asked for its end: from then on it may end at any time.
        var isGivenUp = false
        /// When it was seen to end first, and the machine that led then.
        fileprivate var ended: (at: Moment, leader: Int)?

        init(id: Int64, slot: UInt64) {
            self.id = id
            self.slot = slot
        }
    }

    private unowned let world: World
    /// The grants of an id, newest last. Asked by its key only.
    private var grants: [Int64: [Grant]] = [:]
    /// Those that nobody saw ending.
    private var live: [Grant] = []
    /// What was counted, for those who look whether anything was checked at all.
    private(set) var endedCount = 0
    private(set) var renewedCount = 0

    init(_ world: World) { self.world = world }

    var now: Moment {
        let now = world.timeline.nowMicroseconds
        return Moment(microseconds: world.machines.map { $0.clock.counted(at: now) })
    }

    // MARK: What replicas do

    func note(_ event: LeaseEvent, by replica: Replica) {
        switch event {
        case .granted(let id, let slot):
            if grant(id, slot) == nil { add(Grant(id: id, slot: slot)) }
        case .ended(let id, let slot):
            if let grant = grant(id, slot) { end(grant, replica) }
        }
    }

    /// A replica has another state than the one whose changes were seen: what is not there has ended.
    func compare(with replica: Replica) {
        let state = replica.machine
        for grant in live where grant.slot <= state.appliedSlot {
            if state.leases.row(of: grant.id)?.grantSlot != grant.slot { end(grant, replica) }
        }
    }

    private func add(_ grant: Grant) {
        grants[grant.id, default: []].append(grant)
        live.append(grant)
    }

    private func grant(_ id: Int64, _ slot: UInt64) -> Grant? {
        grants[id]?.last { $0.slot == slot }
    }

    private func end(_ grant: Grant, _ replica: Replica) {
        guard grant.ended == nil else { return }
        let leader = replica.machine.leaderBallot?.replica ?? 1
        grant.ended = (now, Int(leader) - 1)
        endedCount += 1
        live.removeAll { $0 === grant }
        judge(grant)
    }

    // MARK: What clients are told

    /// The newest grant of an id; nil if none was seen.
    func held(_ id: Int64, seconds: UInt64, askedAt: Moment) -> Grant? {
        guard let grant = grants[id]?.last else { return nil }
        grant.holder = (seconds, askedAt)
        judge(grant)
        return grant
    }

    /// A client was told that its lease lasts.
    func renewed(_ grant: Grant, seconds: Int64, askedAt: Moment) {
        guard let holder = grant.holder else { return }
        renewedCount += 1
        if seconds != Int64(holder.seconds) {
            world.note(.leases, "lease \(grant.id) was renewed for \(seconds) s")
        }
        grant.holder = (holder.seconds, askedAt)
        judge(grant)
    }

    /// A client was told that its lease is not there.
    func missed(_ grant: Grant) {
        if grant.ended != nil || grant.isGivenUp { return }
        world.note(.leases, "lease \(grant.id) was said not to be there, and has not ended")
    }

    private func judge(_ grant: Grant) {
        guard !grant.isGivenUp, let holder = grant.holder, let ended = grant.ended else { return }
        let begun = holder.safeSince.microseconds[ended.leader]
        let lasted = ended.at.microseconds[ended.leader] &- begun
        // Replicas count whole milliseconds.
        guard lasted / 1000 + 1 < holder.seconds * 1000 else { return }
        world.note(
            .leases,
            "lease \(grant.id), good for \(holder.seconds) s, ended \(lasted / 1000) ms after its newest"
                + " grant or renewal was asked for")
    }
}
