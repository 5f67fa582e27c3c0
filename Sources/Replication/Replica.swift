package import Basics
internal import MVCC
package import Observability
package import Paxos
package import PaxosCodec
package import StateMachine
package import Watching
internal import WriteAheadLog

/// One replica of the default group: the core, its log, the state machine and the clients that wait,
/// on one loop thread. Doors call `propose` and `read`; peers call `receive`; the loop calls `tick` and
/// `endOfTurn`. Effects are performed in one fixed order at the end of each turn.
package final class Replica {
    package let configuration: ReplicaConfiguration
    package let metrics: ServerMetrics
    package let machine: ReplicatedState
    /// The watches of this node's clients.
    package let watches: WatchHub
    /// A batch of history is on its way to them.
    var isReadingHistory = false

    let log: WriteAheadLog
    /// The base below the tables, and what writes to it; nil on a node that keeps everything in memory.
    let desk: BaseDesk?
    let flusher: Flusher?
    /// What gives snapshots of the base to peers, and takes them.
    private(set) var giver: SnapshotGiver?
    private(set) var taker: SnapshotTaker?
    /// What gives copies of the base to operators.
    private(set) var backups: BackupGiver?
    /// What has the base read for its checksums.
    private(set) var scrubber: Scrubber?
    /// Makes a change of the directory's identity durable.
    let saveIdentity: (Identity) -> Void
    let logger: Logger
    let clockMilliseconds: () -> UInt64
    /// Ends the process: a safety rule was seen broken.
    let halt: (String) -> Void
    /// Ends the process and starts another one, in a new life of the directory: this one must not vote again.
    let renew: (String) -> Void
    /// Asks the loop for another turn soon.
    let requestTurn: () -> Void
    package weak var link: (any PeerLink)?
    /// The boot number is durable: from here on peers may be spoken to.
    package var onStarted: () -> Void = {}
    /// Is told of each slot that the core hands out as decided; for checkers.
    package var onDecided: ((DecidedValue) -> Void)?
    /// Is told of each snapshot that took the place of the state, by its slot; for checkers.
    package var onInstalled: (Slot) -> Void = { _ in }

    /// Is told of each change of the membership that is asked for, and of its outcome; for checkers.
    package var onChange: ((Membership, ChangeOutcome?) -> Void)?

    /// This node was removed, and nobody needs it any more: the process is to end, and not to be started again.
    package var onRetired: (Slot) -> Void = { _ in }
    /// This life of the directory has a vote: called once, when it has it and the log is open.
    package var onVote: (() -> Void)?

    // The life of the core.
    var formation: Formation
    var core: PaxosCore?
    let durableState: DurableState?
    /// Why this life of the directory began after another one, a short while ago.
    let reasonOfLife: String?
    /// The membership that the cluster began with.
    package internal(set) var genesis: Membership?
    /// What governs after the applied slots; nil in a directory that belongs to no cluster.
    package internal(set) var governing: GoverningMembership?
    package var membership: Membership? { governing?.membership }
    /// Whether commands of this node are executed: the members listen to members only. True before it is known.
    var isMember = true
    /// This life of the directory was a member, and is none any more.
    var hasLeft = false
    /// This node waits to be promoted: it serves little, as in etcd.
    package internal(set) var isLearner = false
    package internal(set) var clusterID: ClusterID?
    /// A genesis that is on its way to the disk.
    var comingGenesis: Genesis?
    var identity: Identity
    /// This process life, as the commands that it takes name it.
    let origin: Origin

    /// Who asks about leases here; on the leader, when they end.
    var leases: LeaseDesk
    /// Is told of leases whose time is over, by their ids, when the leader wants them revoked; for checkers.
    package var onExpiry: ([Int64]) -> Void = { _ in }

    // What waits.
    var proposals = ProposalTable()
    /// Who waits for the end of a change of the membership, by its number.
    var changes: [(number: UInt64, completion: (ChangeOutcome) -> Void)] = []
    var lastChange: UInt64 = 0
    var admission: Admission
    var isAdmitting = false
    var progress = CatchUpProgress()
    var toldProgressAtMilliseconds: UInt64?
    /// The operator hears that a snapshot is needed.
    var needReminder = Reminder()
    /// How often another source of a snapshot was asked, as far as it is counted.
    var notedChangesOfSource = 0
    /// The peers whose disks are full, as they say.
    var fullPeers = FullPeers()
    /// What the peers were last told of this node's disk, and when they are told again.
    var hasToldPeersOfSpace = false
    var tellPeersOfSpaceAtMilliseconds: UInt64 = 0
    /// Bytes of values that were applied in this process life.
    var appliedBytes: UInt64 = 0
    /// Orders to change the members, of this node's clients.
    var orders: OrderTable
    /// Draws ids for members that are to come.
    var memberIDs: SeededRandom
    /// Who waits for another leader.
    var moves: [Moving] = []
    var bundle = BundleWriter()
    /// The size of the last bundle: about that of the next one.
    var lastBundleBytes = 0
    var reads = ReadQueue()
    var waitingRoom = WaitingRoom()
    var decidedQueue: DecidedQueue
    var appliedSlot: Slot
    /// The state lacks slots that have left the log; nothing is applied before a snapshot was installed.
    package internal(set) var lacksBase: Bool
    var isStopping = false
    var isProposingQuota = false
    /// The slot of the newest digest that was reported in this life.
    var reportedSlot: UInt64 = 0
    var isReportingDigest = false
    var compactor: AutoCompactor
    var hasToldDivergence = false
    /// Leadership is not given up again for want of space before this.
    var handOverForSpaceAtMilliseconds: UInt64 = 0
    /// The operator is not told again of a full disk before this; 0 while there is nothing to tell.
    var tellOfSpaceAtMilliseconds: UInt64 = 0
    /// The same of a base that finds no room.
    var tellOfBaseAtMilliseconds: UInt64 = 0
    /// The operator was told that the reserve is used up.
    var hasToldOfReserve = false
    /// Whether the role that applies what is decided lives.
    var hasLearner = true
    /// The dead roles that the gauges show; nil before they show any.
    var notedDeadRoles: [Role]?
    /// A decided slot is too new for this program; nothing from it on is applied here.
    var needsUpgrade: Bool { machine.needsUpgrade }

    // What is on its way to or from the base.
    /// The base holds everything up to this slot.
    var baseSlot = Slot.zero
    var appliedBytesSinceFlush = 0
    var isFetchingForApply = false
    var slotFetches = SlotFetches()
    var applyPace = ApplyPace()
    /// A flush was asked for while a slot was being applied.
    var isFlushWanted = false

    // What this turn has gathered.
    var effects = Effects()
    var performing = Effects()
    var outbound = PeerOutbox()
    var endedProposals: [ProposalTable.Ended] = []
    /// Those that are being told; swapped with `endedProposals`, so that both keep their memory.
    var answering: [ProposalTable.Ended] = []

    // What is known of others.
    var leaderBallot: Ballot?
    var leaderChangesSeen: UInt64 = 0
    /// When this node last heard that its leader leads no more.
    var leaderLostAtMilliseconds: UInt64?
    var peers = PeerDirectory()

    /// How often each rare thing happened around the core.
    package internal(set) var marks = MarkCounter<ReplicaMark>()
    let injectedBug: ReplicaBug?

    package init(
        configuration: ReplicaConfiguration, parts: RecoveredParts, metrics: ServerMetrics,
        logger: Logger, clockMilliseconds: @escaping () -> UInt64,
        clusterID deriveClusterID: @escaping (Membership) -> ClusterID,
        requestTurn: @escaping () -> Void, halt: @escaping (String) -> Void,
        renew: @escaping (String) -> Void
    ) {
        self.configuration = configuration
        injectedBug = configuration.injectedBug?.replica
        decidedQueue = DecidedQueue(bytesMax: configuration.memory.decidedBytes)
        admission = Admission(
            promotesUnready: configuration.injectedBug?.replica == .promotedBeforeCaughtUp)
        leases = LeaseDesk(numbersAfter: parts.log.nonce)
        orders = OrderTable(
            numbersAfter: parts.log.nonce, believesAnyRefusal: injectedBug == .orderJudgedTooEarly)
        compactor = AutoCompactor(configuration.autoCompaction)
        memberIDs = SeededRandom(seed: configuration.seed ^ Self.memberIDSalt)
        self.metrics = metrics
        self.logger = logger
        self.clockMilliseconds = clockMilliseconds
        self.requestTurn = requestTurn
        self.halt = halt
        self.renew = renew
        machine = parts.machine
        watches = WatchHub(
            revision: parts.machine.keyspace.revision, seed: configuration.seed,
            plan: configuration.watches)
        watches.injectedBug = configuration.injectedBug?.watch
        log = parts.log
        let desk = parts.base.map { BaseDesk($0) }
        self.desk = desk
        flusher = desk.map {
            Flusher(
                $0, parts.machine, plan: configuration.memory,
                injectedBug: configuration.injectedBug?.replica)
        }
        saveIdentity = parts.saveIdentity
        identity = parts.identity
        durableState = parts.state
        reasonOfLife = parts.reasonOfLife
        genesis = parts.genesis
        governing = parts.state.map {
            GoverningMembership(slot: $0.configurationSlot, membership: $0.membership)
        }
        lacksBase = parts.state?.lacksBase ?? false
        let isKnown = identity.cluster != ClusterID(0) && governing != nil
        clusterID = isKnown ? identity.cluster : genesis.map(deriveClusterID)
        origin = Origin(
            replica: configuration.replica.rawValue, incarnation: identity.incarnation.rawValue,
            boot: log.boot.rawValue)
        // Not what is decided: the state machine may have met a slot that is too new for it.
        appliedSlot = Slot(parts.machine.appliedSlot)
        baseSlot = parts.baseSlot
        let introduction = Hello.introduction(
            of: configuration, incarnation: identity.incarnation, log: log,
            genesis: genesis, governing: governing, cluster: clusterID)
        formation = Formation(
            listed: configuration.listed, own: introduction, governing: governing,
            cluster: clusterID ?? (identity.cluster == ClusterID(0) ? nil : identity.cluster),
            promised: parts.state?.promised ?? .zero,
            accepted: parts.state?.highestAccepted ?? .zero,
            // What had a life before belonged to a cluster, whether it knows of which or not.
            mayForm: configuration.mayForm && parts.reasonOfLife == nil,
            injectedBug: configuration.injectedBug?.replica,
            clusterID: deriveClusterID)
        peers.restore(parts.heard)
        if let desk { serve(desk) }
        noteMember()
        listenToDisk()
    }

    /// Makes who works on the base beside flushes.
    private func serve(_ desk: BaseDesk) {
        scrubber = makeScrubber(desk)
        let send: (SnapshotMessage, ReplicaID) -> Void = { [unowned self] message, peer in
            say(message.encoded, to: peer)
        }
        let giver = SnapshotGiver(desk, send: send)
        self.giver = giver
        backups = BackupGiver(desk, giver, injectedBug: injectedBug) { [unowned self] in clusterID }
        taker = SnapshotTaker(
            desk, logger: logger, heard: { [unowned self] in connectedMembers }, send: send)
    }

    /// Opens the log for writing; `onStarted` is called when the boot number is durable.
    package func start() {
        rememberCluster()
        shareMemory()
        log.start()
    }

    /// A crash may have come between a durable genesis and the note of it in the identity.
    private func rememberCluster() {
        guard let clusterID, identity.cluster == ClusterID(0) else { return }
        marks.hit(.genesisNotedLate)
        identity.cluster = clusterID
        saveIdentity(identity)
        log.joined(clusterID)
    }

    /// Seals the log and then calls `then`; call `stop` before.
    package func close(then: @escaping () -> Void) {
        endOfTurn()
        // Nothing may be appended to a log that is closing: the core lives no longer.
        core = nil
        effects.removeAll()
        log.close(then: then)
    }

    /// Who this process is.
    package var node: NodeIdentity {
        NodeIdentity(
            clusterID: clusterID?.rawValue ?? 0, memberID: configuration.replica.rawValue,
            name: configuration.name)
    }

    /// The header of every frame that this process sends.
    package var frameHeader: PeerFrame.Header {
        PeerFrame.Header(
            cluster: clusterID ?? ClusterID(0), group: .standard, replica: configuration.replica,
            incarnation: identity.incarnation, boot: log.boot)
    }

    /// Time passed.
    package func tick() {
        let now = clockMilliseconds()
        step(.tick(nowMilliseconds: now))
        expireWaits(now)
        expireMoves(now)
        giveOrders(now)
        tickLeases(now)
        sendOverdueAgain(now)
        rememberPeers()
        agreeOnQuota()
        reportDigest()
        compactByItself(now)
        admitPeers(now)
        tickSnapshots(now)
        tickScrubber(now)
        noteProgress(now)
        tellPeersOfSpace(now)
        watches.tick(nowMilliseconds: now)
        report()
        log.tick(nowMilliseconds: now)
    }

    /// So that these numbers are not those that time-outs are drawn from.
    private static let memberIDSalt: UInt64 = 0x6d65_6d62_6572_6964

    /// One input for the core, if it is born; what it causes is performed at the end of the turn.
    func step(_ input: Input) {
        core?.step(input, into: &effects)
    }
}
