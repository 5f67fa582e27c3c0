/// What must hold in every state, over every step, and between replicas. Tests and simulators call these
/// functions; docs/Protocol.md lists the invariants under the same names.
public enum Invariants {
    /// The names, as in docs/Protocol.md.
    public enum Name: String, Sendable, CaseIterable {
        case oneRole = "OneRole"
        case deadRolesDoNothing = "DeadRolesDoNothing"
        case promiseCoversAccepted = "PromiseCoversAccepted"
        case acceptedAbovePrefix = "AcceptedAbovePrefix"
        case leaderHoldsItsPromise = "LeaderHoldsItsPromise"
        case leaderIsPrepared = "LeaderIsPrepared"
        case barrierHolds = "BarrierHolds"
        case configurationIsDecided = "ConfigurationIsDecided"
        case openSlotsAreAccepted = "OpenSlotsAreAccepted"
        case ballotIsOwn = "BallotIsOwn"
        case durableNotAhead = "DurableNotAhead"
        case queuesWithinLimits = "QueuesWithinLimits"
        case promiseNeverFalls = "PromiseNeverFalls"
        case decidedNeverFalls = "DecidedNeverFalls"
        case acceptedBallotNeverFalls = "AcceptedBallotNeverFalls"
        case ballotsRise = "BallotsRise"
        case readNumbersRise = "ReadNumbersRise"
        case boxNumbersRise = "BoxNumbersRise"
        case agreement = "Agreement"
        case decidedInOrder = "DecidedInOrder"
    }

    /// A broken invariant, and how.
    public struct Violation: Equatable, Sendable, CustomStringConvertible {
        public let name: Name
        public let detail: String
        public var description: String { "\(name.rawValue): \(detail)" }
    }

    /// What holds in every state of one core.
    public static func check(_ core: PaxosCore) -> [Violation] {
        var found = Finder()
        checkRoles(core, &found)
        checkAcceptor(core, &found)
        checkLeader(core, &found)
        let limits = core.configuration
        found.expect(.queuesWithinLimits, core.learner.tailBytes <= limits.tailBytes, "tail")
        found.expect(
            .queuesWithinLimits,
            core.queue.byteCount <= limits.queueBytes || core.queue.count == 1, "proposals")
        return found.violations
    }

    /// What holds over one step, or any number of steps, of one life of one core.
    public static func check(before: PaxosCore, after: PaxosCore) -> [Violation] {
        var found = Finder()
        found.expect(
            .promiseNeverFalls, before.acceptor.promised <= after.acceptor.promised,
            "\(before.acceptor.promised) became \(after.acceptor.promised)")
        found.expect(
            .decidedNeverFalls, before.learner.decidedUpTo <= after.learner.decidedUpTo,
            "\(before.learner.decidedUpTo) became \(after.learner.decidedUpTo)")
        checkDead(before, after, &found)
        found.expect(
            .configurationIsDecided,
            before.configurationSlot < after.configurationSlot
                || before.configurationSlot == after.configurationSlot
                    && before.membership == after.membership,
            "\(before.configurationSlot) became \(after.configurationSlot)")
        found.expect(
            .readNumbersRise, before.barrier.lastNumber <= after.barrier.lastNumber, "numbers")
        found.expect(
            .boxNumbersRise, before.outbox.emittedBox <= after.outbox.emittedBox, "boxes")
        if let old = before.leader?.ballot ?? before.proposer?.ballot,
            let new = after.leader?.ballot ?? after.proposer?.ballot
        {
            found.expect(.ballotsRise, old <= new, "\(old) became \(new)")
        }
        var slot = after.acceptor.values.base
        while slot < before.acceptor.values.last {
            slot = slot.next
            guard let old = before.acceptor.values[slot] else { continue }
            let new = after.acceptor.values[slot]
            found.expect(
                .acceptedBallotNeverFalls,
                new.map {
                    $0.ballot > old.ballot || $0.ballot == old.ballot && $0.value == old.value
                }
                    ?? false,
                "\(slot)")
        }
        return found.violations
    }

    /// What holds between replicas: one announced value per slot. `announced` holds what each replica, or
    /// each life of one, handed out.
    public static func agreement(_ announced: [[DecidedValue]]) -> [Violation] {
        var ledger = AgreementLedger()
        return announced.flatMap { values in values.flatMap { ledger.announce($0) } }
    }

    // MARK: Parts

    /// A role that was dead before the step and is dead after it has done nothing between.
    private static func checkDead(
        _ before: PaxosCore, _ after: PaxosCore, _ found: inout Finder
    ) {
        guard before.lives == after.lives else { return }
        if !before.lives.hasLearner {
            let learned = after.learner.decidedUpTo
            found.expect(
                .deadRolesDoNothing,
                // What a snapshot has brought is nothing that the learner did.
                before.learner.decidedUpTo == learned || learned == after.truncatedUpTo,
                "a dead learner learned")
        }
        guard !before.lives.hasAcceptor else { return }
        found.expect(
            .deadRolesDoNothing, before.acceptor.promised == after.acceptor.promised,
            "a dead acceptor promised")
        found.expect(
            .deadRolesDoNothing,
            after.acceptor.values.last
                <= max(before.acceptor.values.last, after.acceptor.values.base),
            "a dead acceptor accepted")
    }

    private static func checkRoles(_ core: PaxosCore, _ found: inout Finder) {
        found.expect(.oneRole, core.leader == nil || core.proposer == nil, "leads and stands")
        found.expect(.deadRolesDoNothing, core.leader == nil || core.lives.mayLead, "leads")
        found.expect(.deadRolesDoNothing, core.proposer == nil || core.lives.mayStand, "stands")
        if let ballot = core.leader?.ballot ?? core.proposer?.ballot {
            let isOwn =
                ballot.replica == core.configuration.replica
                && ballot.incarnation == core.configuration.incarnation
            found.expect(.ballotIsOwn, isOwn, "\(ballot)")
            found.expect(
                .leaderHoldsItsPromise, ballot == core.acceptor.promised,
                "\(ballot) while \(core.acceptor.promised) is promised")
        }
        found.expect(
            .configurationIsDecided, core.configurationSlot <= core.learner.decidedUpTo,
            "\(core.configurationSlot) governs")
        found.expect(
            .durableNotAhead, core.outbox.durableBox <= core.outbox.emittedBox, "boxes")
    }

    private static func checkAcceptor(_ core: PaxosCore, _ found: inout Finder) {
        let acceptor = core.acceptor
        found.expect(
            .acceptedAbovePrefix, acceptor.values.base == core.learner.decidedUpTo,
            "\(acceptor.values.base) and \(core.learner.decidedUpTo)")
        var bytes = 0
        var slot = acceptor.values.base
        while slot < acceptor.values.last {
            slot = slot.next
            guard let entry = acceptor.values[slot] else { continue }
            bytes += entry.bytes
            found.expect(
                .promiseCoversAccepted, entry.ballot <= acceptor.promised,
                "\(slot) accepted in \(entry.ballot)")
        }
        found.expect(.queuesWithinLimits, bytes == acceptor.valueBytes, "accepted bytes")
        found.expect(
            .queuesWithinLimits, UInt64(acceptor.values.span) <= Limits.acceptedSlotsMax,
            "accepted slots")
    }

    private static func checkLeader(_ core: PaxosCore, _ found: inout Finder) {
        guard let leader = core.leader else { return }
        var bytes = 0
        var slot = leader.open.base
        found.expect(
            .openSlotsAreAccepted, slot == core.learner.decidedUpTo,
            "the window begins above \(slot), not above \(core.learner.decidedUpTo)")
        while slot < leader.lastSlot {
            slot = slot.next
            bytes += leader.open[slot]?.bytes ?? 0
            let accepted = core.acceptor.values[slot]
            found.expect(
                .openSlotsAreAccepted,
                !core.lives.hasAcceptor
                    || accepted?.ballot == leader.ballot
                        && accepted?.value == leader.open[slot]?.value,
                "\(slot)")
        }
        found.expect(.queuesWithinLimits, bytes == leader.openBytes, "open bytes")
        checkBarrier(core, leader, &found)
    }

    /// Above a membership that is not decided nothing is open, and nothing may open (P23).
    private static func checkBarrier(
        _ core: PaxosCore, _ leader: Leader, _ found: inout Finder
    ) {
        found.expect(
            .leaderIsPrepared, leader.configurationSlot == core.configurationSlot,
            "prepared after \(leader.configurationSlot), governed after \(core.configurationSlot)")
        var slot = leader.open.base
        while slot < leader.lastSlot {
            slot = slot.next
            guard case .membership = leader.open[slot]?.value else { continue }
            found.expect(
                .barrierHolds, leader.isSealed && slot == leader.lastSlot,
                "slots above the membership in \(slot)")
        }
    }
}

/// Collects violations.
private struct Finder {
    var violations: [Invariants.Violation] = []

    mutating func expect(
        _ name: Invariants.Name, _ holds: Bool, _ detail: @autoclosure () -> String
    ) {
        if !holds { violations.append(Invariants.Violation(name: name, detail: detail())) }
    }
}

/// What was announced as decided so far, by anybody: one value per slot, for ever.
public struct AgreementLedger: Sendable {
    private var values: [Value?] = []

    public init() {}

    /// The highest slot that was announced.
    public var last: Slot { Slot(UInt64(values.count)) }

    /// The value that was announced for a slot.
    public func value(of slot: Slot) -> Value? {
        guard slot > .zero, slot <= last else { return nil }
        return values[Int(slot.rawValue) - 1]
    }

    /// Notes an announced decision; a violation if another value was announced for that slot.
    public mutating func announce(_ decided: DecidedValue) -> [Invariants.Violation] {
        precondition(decided.slot > .zero, "slots begin at 1")
        let index = Int(decided.slot.rawValue) - 1
        while values.count <= index { values.append(nil) }
        guard let known = values[index] else {
            values[index] = decided.value
            return []
        }
        guard known != decided.value else { return [] }
        return [
            Invariants.Violation(
                name: .agreement,
                detail: "\(decided.slot): \(known) and \(decided.value)")
        ]
    }
}
