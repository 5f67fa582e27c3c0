package import Paxos
package import Rows
package import StateMachine
package import Watching
package import WriteAheadLog

/// A seeded bug: a rule that one room, or two, break on purpose, by a field of their configuration. They are
/// there to show that the simulator and the checkers find what they are made for.
package struct InjectedBug: Equatable, Sendable {
    /// Which faults it takes to find the bug: a profile of the simulator.
    package enum Profile: String, CaseIterable, Sendable {
        case network, disk, clock, roles, membership, storage, watch, lease, rights, all
    }

    /// As it is given on the command line.
    package let name: String
    /// The rule that it breaks, in the words of docs/Protocol.md.
    package let rule: String
    package let profile: Profile
    /// What it does.
    package let sentence: String
    package private(set) var paxos: PaxosBug?
    package private(set) var log: LogBug?
    package private(set) var machine: StateMachineBug?
    package private(set) var replica: ReplicaBug?
    /// Of a base in memory: only the simulator has one.
    package private(set) var base: BaseBug?
    package private(set) var watch: WatchBug?

    /// The bug of that name; nil if there is none.
    package static func named(_ name: String) -> InjectedBug? { all.first { $0.name == name } }

    fileprivate init(
        _ name: String, _ rule: String, _ profile: Profile, _ sentence: String,
        paxos: PaxosBug? = nil, log: LogBug? = nil, machine: StateMachineBug? = nil,
        replica: ReplicaBug? = nil, base: BaseBug? = nil, watch: WatchBug? = nil
    ) {
        self.name = name
        self.rule = rule
        self.profile = profile
        self.sentence = sentence
        self.paxos = paxos
        self.log = log
        self.machine = machine
        self.replica = replica
        self.base = base
        self.watch = watch
    }
}

extension InjectedBug {
    /// All of them: first the canary, then by what they break.
    package static let all: [InjectedBug] =
        [canary] + durability + ballots + decisions + memberships + truncation + bases + operators
        + reads
        + commands + watches + leases + rights

    private static let canary = InjectedBug(
        "canary", "none", .network,
        "from revision 31 on a put changes nothing and says that it did",
        machine: .canary)

    private static let durability = [
        InjectedBug(
            "acknowledge-before-flush", "P11", .disk,
            "a box counts as durable when its write is handed to the disk, not when it is done",
            log: .acknowledgeBeforeFlush),
        InjectedBug(
            "promise-not-persisted", "P11", .network, "a promise is not put into the log",
            paxos: .promiseNotPersisted),
        InjectedBug(
            "accept-not-persisted", "P11", .network, "an accepted value is not put into the log",
            paxos: .acceptNotPersisted),
        InjectedBug(
            "promise-overtakes-accept", "P11", .network,
            "an answer without a record of its own does not wait for the boxes before it",
            paxos: .promiseOvertakesAccept),
        InjectedBug(
            "own-vote-before-durable", "P11", .network,
            "a leader's own vote counts before its record is durable", paxos: .ownVoteBeforeDurable),
        InjectedBug(
            "failed-flush-retried", "P11", .disk,
            "a flush that failed is asked for again, and its success is believed",
            log: .failedFlushRetried),
        InjectedBug(
            "end-not-written-again", "P11", .disk,
            "what a failed flush left in the page cache is believed after a restart",
            log: .endNotWrittenAgain),
        InjectedBug(
            "checksum-failure-taken-for-end", "P29", .disk,
            "what cannot be read is taken for the end of the log", log: .checksumFailureTakenForEnd),
        InjectedBug(
            "vote-after-wipe", "P1", .disk,
            "a replica whose directory was wiped votes on in the place of the one that it was",
            paxos: .oldIncarnationVoteCounted, replica: .voteAfterWipe),
        InjectedBug(
            "unsafe-amnesia", "P5", .roles,
            "an acceptor that was revived without its memory votes", paxos: .unsafeAmnesia),
        InjectedBug(
            "stale-directory-votes", "P6", .membership,
            "a directory of which a peer remembers more than it holds votes all the same",
            replica: .staleDirectoryVotes),
        InjectedBug(
            "copy-taken-for-restart", "P6", .membership,
            "nobody looks whether a boot that comes again is that of another process",
            replica: .copyTakenForRestart),
        InjectedBug(
            "rot-taken-for-empty", "P7", .disk,
            "a damaged log is taken for an empty one, and the replica votes on as the one that it was",
            replica: .rotTakenForEmpty),
    ]

    private static let ballots = [
        InjectedBug(
            "ballot-reused-after-restart", "P3", .network,
            "a leader that was restarted goes on in the ballot that it had",
            paxos: .ballotReusedAfterRestart),
        InjectedBug(
            "accept-below-promise", "phase 2", .network,
            "an acceptor accepts in a ballot that is below its promise", paxos: .acceptBelowPromise),
        InjectedBug(
            "half-taken-for-quorum", "quorums", .network, "half of the voters count as a quorum",
            paxos: .halfTakenForQuorum),
        InjectedBug(
            "lower-ballot-value-proposed", "P8", .network,
            "of several accepted values for a slot the one that was told of first is proposed",
            paxos: .lowerBallotValueProposed),
        InjectedBug(
            "hole-not-filled", "P8", .network,
            "a new leader fills no holes: it goes on behind them",
            paxos: .holeNotFilled),
        InjectedBug(
            "last-promise-chunk-lost", "P8", .network,
            "a promise counts when its first chunk has come", paxos: .lastPromiseChunkLost),
        InjectedBug(
            "truncated-taken-for-empty", "P8", .network,
            "what a promise calls decided counts as nothing", paxos: .truncatedTakenForEmpty),
    ]

    private static let decisions = [
        InjectedBug(
            "older-ballot-decided-by-watermark", "P9", .network,
            "a watermark decides whatever was accepted, in any ballot",
            paxos: .olderBallotDecidedByWatermark),
        InjectedBug(
            "replay-decides-older-ballot", "P9", .network,
            "fetched values are not logged, and at replay a decided record decides accepted values of any"
                + " ballot",
            paxos: .learnedNotPersisted, log: .replayDecidesOlderBallot),
        InjectedBug(
            "read-back-takes-oldest-ballot", "P9", .network,
            "of several accepted values for a decided slot the oldest is read back for a peer",
            log: .readBackTakesOldestBallot),
        InjectedBug(
            "apply-skips-slot-after-crash", "P28", .network,
            "the first slot that is decided after a restart is not executed",
            replica: .applySkipsSlotAfterCrash),
        InjectedBug(
            "node-read-in-apply", "P28", .network,
            "whether a command is executed depends on the node that executes it",
            machine: .nodeReadInApply),
    ]

    private static let memberships = [
        InjectedBug(
            "no-barrier", "P23", .membership,
            "slots open above a membership that is not decided, and their votes count on when it is",
            paxos: .noBarrier),
        InjectedBug(
            "two-changes-at-once", "P23", .membership,
            "a second change of the membership is proposed before the first one is decided",
            paxos: .twoChangesAtOnce),
        InjectedBug(
            "phase1-in-old-configuration", "P23", .membership,
            "a leader goes on under a new membership with the promises of the old one",
            paxos: .phase1InOldConfiguration),
        InjectedBug(
            "configuration-recovered-by-next-leader", "P23", .membership,
            "a new leader proposes what it found above a membership together with that",
            paxos: .configurationRecoveredByNextLeader),
        InjectedBug(
            "removed-node-still-counted", "P23", .membership,
            "who left the membership is counted on", paxos: .removedNodeStillCounted),
        InjectedBug(
            "removed-node-disturbs", "P24", .membership,
            "who left the membership is given promises", paxos: .removedNodeDisturbs),
        InjectedBug(
            "old-members-gone-too-early", "P24", .membership,
            "who left ends as soon as it knows that it left",
            paxos: .oldMembersGoneTooEarly),
        InjectedBug(
            "namesake-evicts-healthy-voter", "P5", .membership,
            "a seat passes to another life of its member while the one that has it is alive",
            paxos: .namesakeEvictsHealthyVoter, replica: .namesakeEvictsHealthyVoter),
        InjectedBug(
            "promoted-before-caught-up", "P5", .membership,
            "a member that was admitted anew votes before it has caught up",
            paxos: .promotedBeforeCaughtUp, replica: .promotedBeforeCaughtUp),
        InjectedBug(
            "order-judged-too-early", "P25", .membership,
            "an order to change the members is refused while an earlier try of it may still come about",
            replica: .orderJudgedTooEarly),
        InjectedBug(
            "order-answered-too-early", "P25", .membership,
            "an order to change the members is said to be carried out before its change is decided",
            replica: .orderAnsweredTooEarly),
    ]

    private static let operators = [
        InjectedBug(
            "backup-older-than-asked", "backups", .storage,
            "a backup is of what the base has, and not of what was applied when it was asked for",
            replica: .backupOlderThanAsked),
        InjectedBug(
            "restored-revisions-too-low", "backups", .storage,
            "a new cluster goes on right above the revisions of the backup that it is made of",
            replica: .restoredRevisionsTooLow),
        InjectedBug(
            "reserve-used-unsaid", "full disks", .disk,
            "the room kept for a full disk is used before anybody is told that there is none",
            log: .reserveUsedUnsaid),
    ]

    private static let truncation = [
        InjectedBug(
            "truncation-too-early", "P30", .storage,
            "segments of the log go whose slots the store does not have yet",
            log: .truncationTooEarly),
        InjectedBug(
            "promise-in-deleted-segment", "P30", .storage,
            "a segment does not repeat the promise of earlier ones, which may go",
            log: .promiseInDeletedSegment),
        InjectedBug(
            "phantom-low-segment", "P30", .storage,
            "the removal of a segment is not made durable: it may come back when later ones are gone",
            log: .phantomLowSegment),
        InjectedBug(
            "former-batch-taken-for-ours", "files used again", .storage,
            "what the file of a segment held before the segment began is taken for batches of it",
            log: .formerBatchTakenForOurs),
        InjectedBug(
            "rot-taken-for-former-contents", "files used again", .storage,
            "a sector of a file that is used again counts as not written yet, whatever is noted of it",
            log: .rotTakenForFormerContents),
        InjectedBug(
            "former-note-not-durable", "files used again", .storage,
            "the note of what a file held is not durable when the file gets its new name",
            log: .formerNoteNotDurable),
        InjectedBug(
            "install-over-newer", "P34", .storage,
            "a snapshot is installed over a state that has more", paxos: .installOverNewer),
        InjectedBug(
            "promise-lost-by-install", "P34", .storage,
            "what was promised is forgotten when a snapshot is installed",
            paxos: .promiseLostByInstall),
    ]

    private static let bases = [
        InjectedBug(
            "freeze-inside-apply", "P31", .storage,
            "a flush begins between two commands of a slot, and carries that slot",
            replica: .freezeInsideApply),
        InjectedBug(
            "flush-carries-current-slot", "P31", .storage,
            "the tables of a flush are those of its end, its keys those of the freeze",
            replica: .flushCarriesCurrentSlot),
        InjectedBug(
            "flush-torn-between-keyspaces", "P33", .storage,
            "a crash leaves the newest states of a flush, and not its history",
            base: .flushTornBetweenKeyspaces),
        InjectedBug(
            "tables-newer-than-slot", "P31", .storage,
            "a crash leaves the tables of a flush, and neither its slot nor its keys",
            base: .tablesNewerThanSlot),
        InjectedBug(
            "slot-newer-than-rows", "P31", .storage,
            "a crash leaves the slot of a flush, and nothing else of it", base: .slotNewerThanRows),
        InjectedBug(
            "rotten-rows-taken-for-none", "base", .storage,
            "rows of the base that cannot be read any more count as rows that are not there",
            base: .rotTakenForNone),
        InjectedBug(
            "snapshot-without-tables", "P34", .storage,
            "a snapshot has the keys and the slot, and no table beside them",
            base: .snapshotWithoutTables),
        InjectedBug(
            "snapshot-not-verified", "P34", .storage,
            "nobody compares what has arrived of a snapshot with its description",
            base: .snapshotNotVerified),
        InjectedBug(
            "installed-before-durable", "P34", .storage,
            "a snapshot counts as installed before it is durable", base: .installedBeforeDurable),
    ]

    private static let reads = [
        InjectedBug(
            "read-before-own-slot", "P12", .network, "reads are served before Lead is decided",
            paxos: .readBeforeOwnSlot),
        InjectedBug(
            "old-round-confirms-new-read", "P17", .network,
            "an answer to an old round confirms the round of now", paxos: .oldRoundConfirmsNewRead),
        InjectedBug(
            "leader-read-without-quorum", "P17", .network,
            "a leader answers reads without asking anybody", paxos: .leaderReadWithoutQuorum),
        InjectedBug(
            "read-before-applied", "P17", .network,
            "a read is answered before its slot is applied", replica: .readBeforeApplied),
        InjectedBug(
            "stale-read", "P17", .network,
            "a linearizable read is answered from the asked node's table", replica: .staleRead),
    ]

    private static let commands = [
        InjectedBug(
            "half-applied-visible", "P37", .network,
            "what a transaction has written is visible before it ends",
            machine: .halfAppliedVisible),
        InjectedBug(
            "retry-executed-twice", "P21", .network,
            "a client's retry is executed again, though its session has the result",
            machine: .retryExecutedTwice),
        InjectedBug(
            "forwarded-write-executed-twice", "P18", .network,
            "a command that its origin sent again is executed again",
            machine: .forwardedWriteExecutedTwice),
        InjectedBug(
            "refused-after-handed-over", "P20", .network,
            "a command that ran out of time on its way is said not to have run",
            replica: .refusedAfterHandedOver),
    ]

    private static let watches = [
        InjectedBug(
            "gap-at-return-to-live", "P39", .watch,
            "a watch that has read a batch of history is live again, whatever came meanwhile",
            watch: .gapAtReturnToLive),
        InjectedBug(
            "delete-event-at-compact-revision", "P35", .watch,
            "a delete at the compacted revision is not told to a watch that starts there",
            watch: .deleteEventAtCompactRevision),
        InjectedBug(
            "prev-kv-differs-between-nodes", "P35", .watch,
            "the state before a change is told wherever it is still there",
            watch: .prevKvDiffersBetweenNodes),
        InjectedBug(
            "progress-ahead-of-events", "P39", .watch,
            "progress names the newest revision while a watch reads history",
            watch: .progressAheadOfEvents),
        InjectedBug(
            "watch-resumes-behind-install", "P34", .watch,
            "when a snapshot is installed, live watches go on behind it",
            watch: .watchResumesBehindInstall),
        InjectedBug(
            "duplicate-event-at-hand-over", "P39", .watch,
            "a watch that leaves the live list is given again what waits for it",
            watch: .duplicateEventAtHandOver),
        InjectedBug(
            "revision-split-in-history", "P39", .watch,
            "a batch of history ends inside a revision", watch: .revisionSplitInHistory),
        InjectedBug(
            "compacted-revisions-skipped", "P35", .watch,
            "a watch whose next revision is compacted goes on behind it",
            watch: .compactedRevisionsSkipped),
    ]

    private static let leases = [
        InjectedBug(
            "old-leader-revokes", "P27", .lease,
            "leases end by the word of a leader that was deposed since", machine: .oldLeaderRevokes),
        InjectedBug(
            "id-granted-again", "P27", .lease,
            "a lease ends though it only has the id of the one that was meant",
            machine: .idGrantedAgain),
        InjectedBug(
            "renewed-then-revoked", "P27", .lease,
            "a leader answers renewals without asking whether it still leads",
            replica: .renewedThenRevoked),
        InjectedBug(
            "revoke-resent-by-successor", "P27", .lease,
            "what a deposed leader wanted ended is ended in the name of the next one",
            replica: .revokeResentBySuccessor),
        InjectedBug(
            "lease-table-newer-than-slot", "P31", .lease,
            "the leases of a flush are those of its end, all else that of the freeze",
            replica: .leaseTableNewerThanSlot),
    ]

    private static let rights = [
        InjectedBug(
            "rights-not-checked-at-apply", "AskedAtApply", .rights,
            "a command is executed whatever its user may do", machine: .rightsNotCheckedAtApply),
        InjectedBug(
            "old-rights-accepted", "AskedAtApply", .rights,
            "a command counts although rights have changed since they were looked up",
            machine: .oldRightsAccepted),
        InjectedBug(
            "auth-left-out-of-restore", "P31", .rights,
            "a node that takes over a base does not take over who may do what",
            machine: .authLeftOutOfRestore),
    ]
}
