internal import Replication
internal import Simulation

/// `synod simulate`: whole clusters in virtual time, from seeds, with everything that can go wrong.
enum SimulateCommand {
    static let command = Command(
        name: "simulate", arguments: "",
        summary: "run whole clusters in virtual time, with faults, and check every promise",
        details: """
            Each seed is a cluster of 1 to 7 nodes with clients, a network, disks and clocks of its own,
            in one thread and in virtual time: the same program that serves, on a world where everything
            goes wrong. The same seed gives the same history, on every machine. All rules are checked all
            the time; in the end a majority is healed and must serve again. docs/Simulation.md says more.

            A broken rule is printed with its seed, the smallest scenario that still breaks it, and the
            command that replays it. Ctrl-C ends a run early, with the summary of what was run.
            """,
        flags: [
            Flag("seed", "N", "run this seed only"),
            Flag("seeds", "N..M", default: "1..100", "run these seeds"),
            Flag(
                "profile", "NAME", default: "all",
                "what goes wrong: \(Profile.names). Processes die in all of them"),
            Flag(
                "time", "DURATION",
                "stop after this time, as 90s, 10m or 8h; without --seeds, run on"),
            Flag("jobs", "COUNT", "seeds that run at the same time; one per processor by default"),
            Flag(switch: "trace", "with --seed: print every event, one per line"),
            Flag(switch: "keep-going", "do not stop at the first broken rule"),
            Flag("faults", "LIST", "only these kinds of faults, or none"),
            Flag(
                "inject-bug", "NAME",
                "every node breaks this rule on purpose; its profile is the default"),
            Flag(switch: "list-bugs", "print the names of the seeded bugs, one a line"),
            Flag("nodes", "COUNT", "so many nodes, whatever the seed says"),
            Flag("trouble", "MILLISECONDS", "faults strike for at most so long, in virtual time"),
            Flag(
                switch: SeedChild.flag, "used by the command itself: run seeds and report in short"),
        ],
        exitHelp: """
            Exit status:
              0  no rule was broken
              1  a rule was broken
              2  the command line does not make sense
            """,
        run: { values throws(UsageError) in
            if try values.boolean("list-bugs") {
                for bug in InjectedBug.all { Console.line(bug.name) }
                return .success
            }
            let options = try SimulateOptions(values)
            if options.isChild { return SeedChild.run(options) }
            if options.wantsTrace { return TraceRun.run(options) }
            return SeedPool(options).run()
        })
}

extension Profile {
    /// All names, for a sentence.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
