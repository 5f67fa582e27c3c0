internal import Paxos
internal import Replication
internal import WriteAheadLog

/// Seats and votes that a leader gives by itself: to whom it must not (P5). What it is asked for in vain is no
/// breach.
extension Checks {
    /// Decisions that are older than this many times what a voter may lack count as lacking.
    private static let lagMicroseconds: UInt64 = 3_000_000
    private static let marksKept = 4096

    func noteMark(_ slot: Slot) {
        guard slot > decidedMarks.last?.slot ?? .zero else { return }
        if decidedMarks.count == Self.marksKept { decidedMarks.removeFirst(Self.marksKept / 2) }
        decidedMarks.append((world.timeline.nowMicroseconds, slot))
    }

    func noteChange(_ wanted: Membership, _ outcome: ChangeOutcome?, by leader: SimMachine) {
        guard let outcome else {
            doubtful.removeAll { $0.wanted == wanted }
            guard let process = leader.process, let core = process.replica?.inspectedCore else {
                return
            }
            for seat in wanted.seats {
                guard let why = doubt(seat, core.membership.seat(of: seat.replica), process) else {
                    continue
                }
                doubtful.append((wanted, why))
            }
            return
        }
        let found = doubtful.filter { $0.wanted == wanted }
        doubtful.removeAll { $0.wanted == wanted }
        guard case .decided = outcome else { return }
        for doubt in found { world.note(.coreInvariant, doubt.why) }
    }

    /// Why the leader should not give this seat, or a vote to it, now.
    private func doubt(_ seat: Seat, _ known: Seat?, _ leader: SimProcess) -> String? {
        guard let known, let life = known.incarnation else { return nil }
        if let next = seat.incarnation, next != life {
            guard let heardAt = leader.framesHeard[life] else { return nil }
            let age = world.timeline.nowMicroseconds - heardAt
            // Four time-outs, of clocks that may run twice as fast as time, and that are looked at once in a tick.
            let tick = world.knobs.tickMicroseconds * 2
            let isSilent = age + tick >= world.knobs.electionTimeoutMilliseconds * 2_000
            return isSilent
                ? nil : "the seat of \(seat.name) is given away \(age) µs after it was heard (P5)"
        }
        guard known.kind == .voterToBe, seat.kind == .voter,
            let machine = world.machine(seat.replica), machine.identity.incarnation == life
        else { return nil }
        let prefix = machine.view.prefix
        let needed = decidedBefore(Self.lagMicroseconds)
        return prefix >= needed
            ? nil : "\(seat.name) gets a vote with \(prefix) of \(needed) durable (P5)"
    }

    private func decidedBefore(_ microseconds: UInt64) -> Slot {
        let now = world.timeline.nowMicroseconds
        return decidedMarks.last { $0.atMicroseconds + microseconds <= now }?.slot ?? .zero
    }
}
