internal import Exploration
internal import Paxos
internal import Replication

/// `synod explore`: every history of a few cores, not some of them.
enum ExploreCommand {
    static let command = Command(
        name: "explore", arguments: "",
        summary: "go through all histories of a small Paxos group",
        details: """
            Goes through every history of a few consensus cores, the very ones that servers run, with
            messages that are lost, doubled and late, disks that take their time, time-outs, and
            processes that die and come back; and stops at the first one in which a rule is broken,
            which is a shortest one. docs/ModelChecking.md says what is left out, and which worlds close.
            """,
        flags: [
            Flag("acceptors", "COUNT", default: "3", "replicas, all of them voters"),
            Flag("proposers", "COUNT", default: "2", "how many of them also stand for leader"),
            Flag("slots", "COUNT", default: "2", "slots; Accepts for higher ones are lost"),
            Flag("ballots", "COUNT", default: "2", "ballots that are prepared in all"),
            Flag("proposals", "COUNT", default: "0", "bundles of clients, besides each Lead"),
            Flag("crashes", "COUNT", default: "0", "processes that die and come back, in all"),
            Flag("time", "SECONDS", default: "600", "give up after so long"),
            Flag("inject-bug", "NAME", "break a rule of the core on purpose"),
        ],
        exitHelp: """
            Exit status:
              0  every history was seen, and no rule is broken
              1  a rule is broken
              2  the command line does not make sense
              3  time ran out before every history was seen
            """,
        run: { values throws(UsageError) in try run(values) })

    private static func run(_ values: FlagValues) throws(UsageError) -> ExitCode {
        let bounds = try bounds(values)
        let seconds = try UInt64(values.integer("time", in: 1...1_000_000))
        let start = Clock.milliseconds()
        var toldAt = start
        var explorer = Explorer(bounds)
        let report = explorer.run { progress in
            let now = Clock.milliseconds()
            if now >= toldAt + progressMilliseconds {
                toldAt = now
                Console.note(line(progress, now - start))
            }
            return now - start < seconds * 1000
        }
        Console.line(line(report.progress, Clock.milliseconds() - start))
        return tell(report)
    }

    private static func tell(_ report: ExplorationReport) -> ExitCode {
        if let violation = report.violation {
            Console.line("BROKEN  \(violation.sentence)")
            for (index, line) in violation.history.enumerated() {
                Console.line("  \(index + 1)  \(line)")
            }
            return .failed
        }
        guard report.isComplete else {
            Console.line("time ran out: not every history was seen, and no rule was found broken")
            return .unavailable
        }
        Console.line("every history was seen; no rule is broken")
        return .success
    }

    private static func bounds(_ values: FlagValues) throws(UsageError) -> ExplorationBounds {
        var bounds = ExplorationBounds()
        bounds.acceptors = try values.integer("acceptors", in: 2...Exploration.Limits.acceptorsMax)
        bounds.proposers = try values.integer("proposers", in: 1...bounds.acceptors - 1)
        bounds.slots = try values.integer("slots", in: 1...Exploration.Limits.slotsMax)
        bounds.ballots = try values.integer("ballots", in: 1...100)
        bounds.proposals = try values.integer("proposals", in: 0...100)
        bounds.crashes = try values.integer("crashes", in: 0...100)
        bounds.injectedBug = try bug(values)
        return bounds
    }

    private static func bug(_ values: FlagValues) throws(UsageError) -> PaxosBug? {
        let name = values.text("inject-bug")
        guard !name.isEmpty else { return nil }
        let known = InjectedBug.all.filter { $0.paxos != nil }
        guard let bug = known.first(where: { $0.name == name })?.paxos else {
            throw UsageError(
                "there is no bug \"\(name)\" of the core; there are "
                    + known.map(\.name).joined(separator: ", "))
        }
        return bug
    }

    private static let progressMilliseconds: UInt64 = 5_000

    private static func line(_ progress: ExplorationProgress, _ milliseconds: UInt64) -> String {
        let rate = UInt64(progress.states) * 1000 / max(1, milliseconds)
        return "\(milliseconds / 1000) s  \(progress.states) states  \(rate) states/s"
            + "  all histories of \(progress.length) events  \(progress.steps) steps"
            + "  \(progress.replicaStates) replica states  \(progress.messages) messages"
    }
}
