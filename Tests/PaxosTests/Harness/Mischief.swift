import Paxos

/// A rule that is broken on purpose, to show that the checks can fail.
enum Mischief: Equatable, CustomStringConvertible {
    /// By the core itself.
    case core(PaxosBug)
    /// By the harness: a box's messages leave at once; a crash may lose its records.
    case sendsBeforeDurable
    /// By the harness: a vote is counted that nobody gave.
    case votesAreCountedUnasked

    /// What random histories of three voters find in this harness. For the others nobody is wiped here, the
    /// number of voters is odd, a log that stands still is no wrong answer, or it takes more histories than a
    /// unit test has time for.
    static let all: [Mischief] =
        [.sendsBeforeDurable, .votesAreCountedUnasked]
        + PaxosBug.allCases.filter { !foundElsewhere.contains($0) }.map(Mischief.core)

    static let foundElsewhere: [PaxosBug] = [
        .oldIncarnationVoteCounted, .halfTakenForQuorum, .holeNotFilled, .ownVoteBeforeDurable,
        .oldRoundConfirmsNewRead, .learnedNotPersisted, .namesakeEvictsHealthyVoter,
        .promotedBeforeCaughtUp, .oldMembersGoneTooEarly,
    ]

    /// Those that matter only when memberships change.
    var isOfMemberships: Bool {
        switch self {
        case .core(.noBarrier), .core(.twoChangesAtOnce), .core(.phase1InOldConfiguration),
            .core(.configurationRecoveredByNextLeader), .core(.removedNodeStillCounted),
            .core(.removedNodeDisturbs):
            true
        default: false
        }
    }

    /// Those that matter only when logs lose their beginning.
    var isOfSnapshots: Bool {
        self == .core(.installOverNewer) || self == .core(.promiseLostByInstall)
    }

    /// Where the search begins: at a history that shows it, if many before it do not.
    var firstSeed: UInt64 {
        switch self {
        case .core(.promiseOvertakesAccept): 501
        case .core(.noBarrier): 253
        case .core(.configurationRecoveredByNextLeader): 682
        case .core(.lowerBallotValueProposed): 63
        case .core(.leaderReadWithoutQuorum): 57
        default: 0
        }
    }

    /// What agreement does not show in few histories, and an invariant shows at once.
    var breaksInvariants: Bool {
        self == .core(.phase1InOldConfiguration) || self == .core(.promiseLostByInstall)
    }

    var coreBug: PaxosBug? { if case .core(let bug) = self { bug } else { nil } }

    var description: String {
        switch self {
        case .core(let bug): "\(bug)"
        case .sendsBeforeDurable: "sendsBeforeDurable"
        case .votesAreCountedUnasked: "votesAreCountedUnasked"
        }
    }
}
