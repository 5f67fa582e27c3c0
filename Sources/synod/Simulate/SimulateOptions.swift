internal import Glibc
internal import Replication
internal import Simulation

/// What `synod simulate` was asked for.
struct SimulateOptions {
    var seeds: ClosedRange<UInt64>
    var profile: Profile
    var faults: [Fault]?
    var nodeCount: Int?
    var troubleMilliseconds: UInt64?
    var timeLimitMilliseconds: UInt64?
    var jobs: Int
    var wantsTrace: Bool
    var isChild: Bool
    var keepsGoing: Bool
    var injectedBug: InjectedBug?

    init(_ values: FlagValues) throws(UsageError) {
        guard values.positional.isEmpty else { throw UsageError("no words are needed") }
        let bug = try Self.bug(values)
        injectedBug = bug
        let name =
            values.isSet("profile")
            ? values.text("profile") : bug?.profile.rawValue ?? Profile.all.rawValue
        guard let profile = Profile(rawValue: name) else {
            throw UsageError(
                "there is no profile \"\(name)\": choose one of \(Profile.names)")
        }
        self.profile = profile
        timeLimitMilliseconds = try Self.duration(values)
        seeds = try Self.seeds(values, isTimed: timeLimitMilliseconds != nil)
        faults = try Self.faults(values)
        nodeCount = values.isSet("nodes") ? try values.integer("nodes", in: 1...7) : nil
        troubleMilliseconds =
            values.isSet("trouble")
            ? UInt64(try values.integer("trouble", in: 1...1_000_000)) : nil
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        jobs = values.isSet("jobs") ? try values.integer("jobs", in: 1...256) : processors
        wantsTrace = try values.boolean("trace")
        keepsGoing = try values.boolean("keep-going")
        isChild = try values.boolean(SeedChild.flag)
        if wantsTrace, seeds.count != 1 { throw UsageError("--trace is for one seed: use --seed") }
    }

    /// What is run for a seed.
    func scenario(_ seed: UInt64) -> Scenario {
        var scenario = Scenario(seed: seed, profile: profile)
        scenario.faults = faults
        scenario.nodeCount = nodeCount
        scenario.faultyMilliseconds = troubleMilliseconds
        scenario.injectedBug = injectedBug
        return scenario
    }

    /// Everything is tried, as the seeds say, and nothing is broken on purpose.
    var isComplete: Bool {
        profile == .all && faults == nil && nodeCount == nil && troubleMilliseconds == nil
            && injectedBug == nil
    }

    private static func bug(_ values: FlagValues) throws(UsageError) -> InjectedBug? {
        guard values.isSet("inject-bug") else { return nil }
        let name = values.text("inject-bug")
        if let bug = InjectedBug.named(name) { return bug }
        let near = Spelling.nearest(to: name, among: InjectedBug.all.map(\.name))
        let hint = near.map { "; did you mean \($0)?" } ?? "; --list-bugs lists them"
        throw UsageError("there is no bug \"\(name)\"\(hint)")
    }

    private static func seeds(
        _ values: FlagValues, isTimed: Bool
    ) throws(UsageError) -> ClosedRange<UInt64> {
        if values.isSet("seed") {
            guard let seed = UInt64(values.text("seed")) else {
                throw UsageError("--seed must be a number, not \"\(values.text("seed"))\"")
            }
            return seed...seed
        }
        if isTimed, !values.isSet("seeds") { return 1...UInt64.max }
        let text = values.text("seeds")
        let ends = text.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
        guard text.contains(".."), ends.count == 2, let first = ends[0], let last = ends[1],
            first <= last
        else { throw UsageError("--seeds must be two numbers as 1..2000, not \"\(text)\"") }
        return first...last
    }

    private static func duration(_ values: FlagValues) throws(UsageError) -> UInt64? {
        guard values.isSet("time") else { return nil }
        let text = values.text("time")
        let units: [Character: UInt64] = ["s": 1000, "m": 60_000, "h": 3_600_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = UInt64(text.dropLast()),
            count > 0, count < 1_000_000
        else { throw UsageError("--time must be a duration as 90s, 10m or 8h, not \"\(text)\"") }
        return count * unit
    }

    private static func faults(_ values: FlagValues) throws(UsageError) -> [Fault]? {
        guard values.isSet("faults") else { return nil }
        let words = values.list("faults")
        if words == ["none"] { return [] }
        var faults: [Fault] = []
        for word in words {
            guard let fault = Fault(rawValue: word) else {
                let near = Spelling.nearest(to: word, among: Fault.allCases.map(\.rawValue))
                let hint = near.map { "; did you mean \($0)?" } ?? ""
                throw UsageError("there is no fault \"\(word)\"\(hint)")
            }
            faults.append(fault)
        }
        return faults
    }
}
