/// One kind of trouble. The names are those of `--faults`.
package enum Fault: String, CaseIterable, Sendable {
    // The network.
    case loss = "loss"
    case duplication = "duplication"
    case reordering = "reordering"
    case lateness = "lateness"
    case oldFrames = "old-frames"
    case bitFlips = "bit-flips"
    case slowLink = "slow-link"
    case brokenConnection = "broken-connection"
    case halves = "partition-halves"
    case isolation = "partition-one"
    case oneWay = "partition-one-way"
    case bridge = "partition-bridge"
    case chain = "partition-chain"
    case constrained = "partition-constrained"
    case flapping = "flapping"
    case clientLoss = "client-loss"
    // Disks.
    case slowDisk = "slow-disk"
    case hungDisk = "hung-disk"
    case writeError = "write-error"
    case flushError = "flush-error"
    case readError = "read-error"
    case fullDisk = "full-disk"
    case bitRot = "bit-rot"
    case misdirected = "misdirected-write"
    case staleBlock = "stale-block"
    case wipe = "wipe"
    case oldCopy = "old-copy"
    // Clocks.
    case drift = "drift"
    case jump = "jump"
    case suspend = "suspend"
    // Roles.
    case proposerDeath = "proposer-death"
    case acceptorDeath = "acceptor-death"
    case learnerDeath = "learner-death"
    /// The acceptor comes back without its memory, and has no vote.
    case amnesia = "acceptor-amnesia"
    /// Two are told to take over at the same time.
    case duel = "duel"
    /// The acceptor comes back without its memory, and votes: the counter-example. In no profile.
    case unsafeAmnesia = "unsafe-amnesia"
    // Memberships.
    /// The leader is asked for another membership; who left is stopped, and comes back as a newcomer.
    case memberChange = "member-change"
    /// Operators have members come and go that never start, by orders at any node.
    case memberOrder = "member-order"
    // Processes.
    case freeze = "freeze"
    case kill = "kill"
    case killLeader = "kill-leader"
    case killAll = "kill-all"
    case powerLoss = "power-loss"
    case powerLossAll = "power-loss-all"
    case crashInTurn = "crash-in-turn"
    case crashLoop = "crash-loop"
    // Bases. At the end: which faults a seed has is drawn in this order.
    /// What was durable beside the log is gone.
    case lostBase = "lost-base"
    /// The files of a copy for others are not as they were described.
    case rottenSnapshot = "rotten-snapshot"
    /// A member is started with another, empty directory, a moment after the others heard the one with its seat.
    case namesake = "namesake"
    /// A directory becomes what it was before its last start, when all others have heard of that start.
    case rollback = "rollback"
    /// Rows of a base that is in use rot: whoever reads next finds it.
    case rottenBase = "rotten-base"
    /// An operation that writes to a base fails, and the process with it.
    case baseWriteError = "base-write-error"
    /// One that reads, or the opening.
    case baseReadError = "base-read-error"
    /// A second process runs in the name of a living one, on a copy of its directory.
    case clone = "clone"

    /// What it is trouble of.
    package enum Concern: String, CaseIterable, Sendable {
        case network, disk, clock, roles, memberships, processes, bases
    }

    package var concern: Concern {
        switch self {
        case .loss, .duplication, .reordering, .lateness, .oldFrames, .bitFlips, .slowLink,
            .brokenConnection, .halves, .isolation, .oneWay, .bridge, .chain, .constrained,
            .flapping, .clientLoss:
            .network
        case .slowDisk, .hungDisk, .writeError, .flushError, .readError, .fullDisk, .bitRot,
            .misdirected, .staleBlock, .wipe, .oldCopy:
            .disk
        case .drift, .jump, .suspend: .clock
        case .proposerDeath, .acceptorDeath, .learnerDeath, .amnesia, .duel, .unsafeAmnesia: .roles
        case .freeze, .kill, .killLeader, .killAll, .powerLoss, .powerLossAll, .crashInTurn,
            .crashLoop:
            .processes
        case .memberChange, .memberOrder, .namesake, .rollback, .clone: .memberships
        case .lostBase, .rottenSnapshot, .rottenBase, .baseWriteError, .baseReadError: .bases
        }
    }

    /// The time between two strikes of this kind, in milliseconds.
    var pauseMilliseconds: ClosedRange<UInt64> {
        switch self {
        case .crashInTurn, .brokenConnection, .oldFrames, .rottenSnapshot: 100...3_000
        case .bitRot, .misdirected, .staleBlock, .wipe, .oldCopy, .lostBase: 3_000...30_000
        case .rottenBase: 1_000...10_000
        case .killAll, .powerLossAll: 2_000...20_000
        case .memberChange: 100...1_500
        case .memberOrder: 50...600
        default: 500...8_000
        }
    }
}
