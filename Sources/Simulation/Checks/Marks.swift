internal import Basics
internal import Paxos
package import Replication
internal import StateMachine
internal import Watching
internal import WriteAheadLog

/// How often each of the rare things happened that core, log, state machine and replica notice.
package struct Marks {
    private var paxos = MarkCounter<PaxosMark>()
    private var log = MarkCounter<LogMark>()
    private var machine = MarkCounter<StateMachineMark>()
    private var replica = MarkCounter<ReplicaMark>()
    private var watches = MarkCounter<WatchMark>()

    package init() {}

    /// Adds what the processes of a replica's life noticed.
    package mutating func add(_ process: Replica) {
        paxos.add(process.paxosMarks)
        log.add(process.logMarks)
        machine.add(process.machine.marks)
        replica.add(process.marks)
        watches.add(process.watches.marks)
    }

    /// By name, each with the room that notices it; those that never happened, too.
    package var counts: [(name: String, count: UInt64)] {
        Self.counts("paxos", paxos) + Self.counts("log", log)
            + Self.counts("state", machine)
            + Self.counts("replica", replica) + Self.counts("watch", watches)
    }

    private static func counts<Mark: MarkName>(
        _ room: String, _ counter: MarkCounter<Mark>
    ) -> [(name: String, count: UInt64)] {
        Mark.allCases.map { ("\(room).\($0)", counter[$0]) }
    }

    /// What the profile `all` does not meet: only worlds whose membership changes, or whose bases are harmed.
    package static let ofOtherProfiles: Set<String> = Set(
        [
            PaxosMark.changeProposed, .changeRefused, .changeLost, .changeRecovered,
            .leaderPreparedNewVoters, .leaderLeft, .removalTold, .removalHeard,
            .fetchedFromStranger, .retirementTold, .retired,
        ].map { "paxos.\($0)" }
            + [
                ReplicaMark.removed, .seatGiven, .voterPromoted, .snapshotFoundDamaged,
                .orderForwarded, .orderGivenAgain,
            ].map { "replica.\($0)" })

    /// What only worlds meet whose clients watch: the profile `watch`.
    package static let ofWatches = Set(WatchMark.allCases.map { "watch.\($0)" })
}
