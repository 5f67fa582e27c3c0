internal import Basics

/// One replica's part in one Paxos group, as a value: inputs in, effects out, nothing else. It owns the
/// roles and routes between them.
///
/// It has no clock, no disk and no network; the same inputs give the same effects. Give it the inputs of one
/// turn of a loop, then `Input.endOfTurn`, then carry out the effects: send `messages`, persist `boxes` in
/// order (each box's messages leave when it and all earlier boxes are durable), apply `decided`.
///
///     var core = PaxosCore(configuration: configuration, state: state, nowMilliseconds: now)
///     var effects = Effects()
///     core.step(.propose(bundle: bundle), into: &effects)
///     core.step(.endOfTurn, into: &effects)
public struct PaxosCore: Sendable {
    /// The knobs and the identity that it was born with.
    public let configuration: Configuration
    /// Who votes on the next slot: what is decided in `configurationSlot` (P23).
    public internal(set) var membership: Membership
    /// `membership` governs all slots after this one, as far as is known here.
    public internal(set) var configurationSlot: Slot
    var quorum: Quorum
    /// This replica's place among the voters; nil if its vote does not count.
    var ownVoter: Int?
    /// The change of the membership that this leader was asked for.
    var change: MembershipChange?
    /// This replica is no member since that slot was decided.
    var removedBy: Slot?
    /// Nobody needs this replica any more, as it was told.
    var isRetired = false
    /// A membership with a seat for this life governed after that slot; nil if none did, as far as is known here.
    var seatedSince: Slot?
    /// Where it was recorded that `configurationSlot` is decided: durable with that box.
    var configurationBox: UInt64 = 0
    /// Slots up to here cannot be had from this replica's log.
    var truncatedUpTo: Slot
    /// The caller's state lacks slots that the log lacks, too: nothing is handed out before a snapshot.
    var lacksBase: Bool

    // The roles. At most one of `proposer` and `leader` lives (*OneRole*).
    var acceptor: Acceptor
    var learner: Learner
    var proposer: Proposer?
    var leader: Leader?

    var election: Election
    var barrier: ReadBarrier
    var catchUp: CatchUp
    var peers: PeerTable
    /// Connected, and no members as far as is known here.
    var strangers: [ReplicaID] = []
    var queue: ProposalQueue
    var outbox: Outbox
    var lives = RoleLives()
    var clock: TurnClock
    /// The rare things that no role of its own notices.
    var ownMarks = MarkCounter<PaxosMark>()

    /// The leader that the caller was told of last.
    var announcedLeader: Ballot?
    /// The peer through which that leader is reached, if it is not this replica.
    var announcedReceiver: ReplicaID?
    var heartbeatTimes: [UInt64] = Array(repeating: 0, count: Limits.heartbeatsRemembered)
    var heartbeatNumber: UInt64 = 0
    var nextHeartbeatAt: UInt64 = 0
    /// When a closed leader may prepare anew, in running milliseconds (P10).
    var prepareAgainAt: UInt64?
    var preparedAgainAt: UInt64?
    /// The caller's state stands at this slot.
    var appliedUpTo: Slot
    /// A safety rule was seen broken: nothing is done any more.
    public internal(set) var isHalted = false

    /// Takes one input and appends what it causes to `effects`.
    public mutating func step(_ input: Input, into effects: inout Effects) {
        guard !isHalted else { return }
        switch input {
        case .received(let message, let sender):
            receive(message, from: sender, into: &effects)
        case .propose(let bundle):
            propose(bundle, into: &effects)
        case .read(let number):
            barrier.read(number)
        case .endOfTurn:
            endTurn(into: &effects)
        case .tick(let now):
            clock.tick(now)
            tick(into: &effects)
            endTurn(into: &effects)
        case .durable(let box):
            durable(box, into: &effects)
        case .logIdle:
            outbox.noteIdle()
        case .applied(let slot):
            appliedUpTo = max(appliedUpTo, slot)
        case .connected(let replica):
            connected(replica, into: &effects)
        case .disconnected(let replica):
            disconnected(replica, into: &effects)
        case .truncate(let slot):
            truncate(upTo: slot)
        case .installed(let snapshot):
            install(snapshot, into: &effects)
        case .logRead(let fromSlot, let values, let replica):
            sendLogRead(fromSlot: fromSlot, values: values, to: replica, into: &effects)
        case .moveLeader(let target):
            handOver(to: target, into: &effects)
        case .change(let wanted, let number):
            change(to: wanted, number: number, into: &effects)
        case .resign:
            election.resign()
            handOver(to: nil, into: &effects)
        case .kill(let role):
            kill(role, into: &effects)
        case .revive(let role, let revival):
            revive(role, revival, into: &effects)
        }
    }

    // MARK: Turns

    private mutating func endTurn(into effects: inout Effects) {
        advance(into: &effects)
        if leader != nil {
            prepareAgainIfDue()
            proposeChange(into: &effects)
            openSlots(into: &effects)
            orderHandOver(into: &effects)
            announceDecided(into: &effects)
        }
        settleChange(into: &effects)
        announceLeader(into: &effects)
        askReads(into: &effects)
        if outbox.hasRecords { learner.logMarks(outbox: &outbox) }
        outbox.flush(into: &effects, running: clock.running)
    }

    private mutating func tick(into effects: inout Effects) {
        sendHeartbeatIfDue(into: &effects)
        tickLeader(into: &effects)
        tickElection(into: &effects)
        tickCatchUp(into: &effects)
        tickReads()
        learner.logMarks(outbox: &outbox)
    }

    private mutating func durable(_ box: UInt64, into effects: inout Effects) {
        outbox.durable(box)
        leader?.durable(box)
        reviveAcceptorIfDurable()
        promiseOwn()
        tryToLead(into: &effects)
        pullIfHeld(into: &effects)
        advance(into: &effects)
    }

    // MARK: Helpers

    /// Whether this core breaks that rule on purpose.
    func breaks(_ bug: PaxosBug) -> Bool { configuration.injectedBug == bug }

    var timeout: UInt64 { configuration.electionTimeoutMilliseconds }
    var heartbeat: UInt64 { configuration.heartbeatMilliseconds }

    /// A safety rule was seen broken: says why and does nothing more.
    mutating func halt(_ report: String, into effects: inout Effects) {
        isHalted = true
        effects.notices.append(.fatal(report))
    }
}
