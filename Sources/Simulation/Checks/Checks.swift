internal import MVCC
package import Paxos
internal import PaxosCodec
internal import Replication
internal import StateMachine
internal import WriteAheadLog

/// What is looked at all the time, whatever the clients do.
package final class Checks {
    unowned let world: World
    private var ledger = AgreementLedger()
    /// Digests of the state at applied slots, of whoever was there first.
    private var digests: [UInt64: UInt64] = [:]
    package private(set) var digestsCompared = 0
    /// The memberships that were announced, in slot order.
    package private(set) var memberships: [GoverningMembership] = []
    /// The newest of them; nil before the first change.
    var governing: GoverningMembership? { memberships.last }
    /// Every life that was ever a member.
    private(set) var lives: Set<Incarnation> = []
    /// Called when a membership was announced for the first time.
    var onMembership: () -> Void = {}
    /// Digests are compared at slots that this number divides.
    private static let digestInterval: UInt64 = 48
    /// A core is looked at in one of so many turns.
    private static let turnInterval: UInt64 = 16
    /// How far decisions went at which moment, newest last.
    var decidedMarks: [(atMicroseconds: UInt64, slot: Slot)] = []
    /// Changes under way that should have been refused: why.
    var doubtful: [(wanted: Membership, why: String)] = []
    /// What was durable in directories that are gone, by their lives.
    var everDurable: [Incarnation: Slot] = [:]
    /// While set, a process that ends itself is no violation.
    package var expectsHalts = false

    init(_ world: World) { self.world = world }

    /// The highest slot that anybody announced as decided.
    package var lastDecided: UInt64 { ledger.last.rawValue }

    // MARK: Decisions and states

    func decided(_ decided: DecidedValue, by machine: SimMachine) {
        world.trace.note(
            .decide, node: machine.index, decided.slot.rawValue, UInt64(decided.value.byteCount),
            "\(decided.slot) \(decided.value)")
        if case .membership(let membership) = decided.value { note(membership, in: decided.slot) }
        noteMark(decided.slot)
        for violation in ledger.announce(decided) {
            world.note(.agreement, "\(machine.name): \(violation)")
        }
    }

    private func note(_ membership: Membership, in slot: Slot) {
        guard slot > governing?.slot ?? .zero else { return }
        if governing == nil { lives = Set(world.genesis.seats.compactMap(\.incarnation)) }
        memberships.append(GoverningMembership(slot: slot, membership: membership))
        lives.formUnion(membership.seats.compactMap(\.incarnation))
        onMembership()
    }

    /// A replica was asked for a promise by somebody who left, as it knows: it gives none (P24).
    func heard(
        _ prepare: Message.Prepare, from sender: ReplicaID, by core: PaxosCore, _ after: Ballot?
    ) {
        let isMember = core.membership.seats.contains {
            $0.replica == sender && $0.incarnation == prepare.ballot.incarnation
        }
        guard !isMember, prepare.fromSlot <= core.configurationSlot, after != core.promised else {
            return
        }
        world.note(
            .coreInvariant, "\(prepare.ballot) was promised, of a replica that left before")
    }

    /// Equal slots give equal state. Unless it is certain, only now and then.
    package func compareDigest(of process: SimProcess, isCertain: Bool) {
        guard let replica = process.replica else { return }
        let slot = replica.machine.appliedSlot
        // Half of a slot is no state, and what cannot be read is none.
        if replica.machine.isApplying || process.machine.hasRottenBase { return }
        // Before slot 1 a member may not have the genesis yet.
        guard slot > 0, isCertain || slot % Self.digestInterval == 0 else { return }
        if process.lastDigestSlot == slot, !isCertain { return }
        process.lastDigestSlot = slot
        let digest = replica.machine.digest()
        guard let known = digests[slot] else {
            digests[slot] = digest
            return
        }
        digestsCompared += 1
        if digest != known {
            world.note(.sameState, "\(process.machine.name) has another state at slot \(slot)")
        }
    }

    func turned(_ process: SimProcess) {
        compareDigest(of: process, isCertain: false)
        if let machine = process.replica?.machine { look(at: machine, of: process.machine) }
        guard process.turnCount % Self.turnInterval == 0,
            let core = process.replica?.inspectedCore
        else { return }
        var found = Invariants.check(core)
        if let before = process.lastSeen {
            found += Invariants.check(before: before, after: core)
        }
        process.lastSeen = core
        for violation in found {
            world.note(.coreInvariant, "\(process.machine.name): \(violation)")
        }
    }

    private func look(at state: ReplicatedState, of machine: SimMachine) {
        if state.blockingReadCount > 0 {
            world.note(.loopHeldUp, "\(machine.name) waited for its base while it applied")
        }
        if let open = state.keyspace.openRevision, open <= state.keyspace.revision {
            world.note(.halfVisible, "\(machine.name) shows revision \(open), which has not ended")
        }
    }

    // MARK: What is durable

    func sending(_ messages: [Message], from process: SimProcess) {
        for message in messages {
            if process.machine.isOldCopy { sendingOldCopy(message, from: process) }
            switch message {
            case .promise(let promise): sending(promise, from: process)
            case .accepted(let accepted): sending(accepted, from: process)
            case .prepare(let prepare):
                expectDurable(
                    process.machine.view.promised >= prepare.ballot, process,
                    "a Prepare of \(prepare.ballot)")
            default: continue
            }
        }
    }

    /// All others remember more of this directory than it holds: their hellos said so before anything else (P6).
    private func sendingOldCopy(_ message: Message, from process: SimProcess) {
        switch message {
        case .promise, .accepted:
            world.note(
                .promiseKept, "\(process.machine.name) votes, with an old copy of its directory")
        default: break
        }
    }

    private func sending(_ promise: Message.Promise, from process: SimProcess) {
        expectDurable(
            process.machine.view.promised >= promise.ballot, process,
            "a Promise of \(promise.ballot)")
    }

    private func sending(_ accepted: Message.Accepted, from process: SimProcess) {
        let view = process.machine.view
        var slot = accepted.first
        while slot <= accepted.last {
            // A vote for what is decided here needs no record, and binds nobody.
            if slot > process.decidedUpTo {
                expectDurable(
                    view.holds(slot, accepted.ballot), process,
                    "an Accepted for \(slot) in \(accepted.ballot)")
            }
            slot = slot.next
        }
    }

    private func expectDurable(_ isDurable: Bool, _ process: SimProcess, _ what: String) {
        if isDurable { return }
        world.note(
            .durableBeforeSent, "\(process.machine.name) sends \(what), which is not durable")
    }

    // MARK: Starts and ends

    func recovered(_ parts: RecoveredParts, on machine: SimMachine, decidedUpTo: Slot) {
        let state = parts.state ?? DurableState(membership: Membership(seats: []))
        world.trace.note(
            .recover, node: machine.index, state.decidedUpTo.rawValue, state.promised.round,
            "decided \(state.decidedUpTo.rawValue), \(state.promised)")
        if let loss = machine.view.loss(in: state) {
            world.note(.recovery, "\(machine.name): \(loss)")
        }
        if state.lacksBase {
            if !machine.hasLostBase {
                world.note(
                    .recovery, "\(machine.name): slots have left its log that its store lacks")
            }
        } else {
            machine.hasLostBase = false
        }
        // What was read from the log was flushed, and counts from now on.
        machine.view.join(state)
    }

    func refused(_ error: RecoveryError, on machine: SimMachine) {
        // A disk that could not be read may be readable the next time.
        if case .disk = error { return }
        if machine.storage.isDamaged {
            if world.knobs.nodeCount == 1 { machine.fate = .lost("its log is damaged") }
        } else {
            world.note(.needlessHalt, "\(machine.name) cannot recover: \(error)")
            machine.fate = .lost("it does not recover")
        }
    }

    func halted(_ report: String, on machine: SimMachine) {
        if !expectsHalts {
            world.note(.needlessHalt, "\(machine.name) has stopped itself: \(report)")
            machine.fate = .lost("it has stopped itself")
        }
    }
}

extension SimMachine {
    /// A write has reached the disk.
    func durable(_ segment: UInt64, _ offset: Int, _ bytes: [UInt8]) {
        let written = WrittenRecords(bytes, segment: segment, offset: offset, salt: identity.salt)
        guard let written else {
            return world.note(.recovery, "\(name) wrote what cannot be read back")
        }
        for record in written.records {
            if let broken = view.note(record, isState: written.kind == .state) {
                world.note(.promiseKept, "\(name): \(broken)")
            }
        }
    }
}
