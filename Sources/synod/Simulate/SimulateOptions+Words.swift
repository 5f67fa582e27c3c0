internal import Replication
internal import Simulation

extension SimulateOptions {
    /// The words that run a scenario again, with the flag that names its seeds left out.
    static func words(_ scenario: Scenario) -> [String] {
        var words = ["--profile", scenario.profile.rawValue]
        if let faults = scenario.faults {
            words += [
                "--faults", faults.isEmpty ? "none" : faults.map(\.rawValue).joined(separator: ","),
            ]
        }
        if let bug = scenario.injectedBug { words += ["--inject-bug", bug.name] }
        if let count = scenario.nodeCount { words += ["--nodes", "\(count)"] }
        if let trouble = scenario.faultyMilliseconds { words += ["--trouble", "\(trouble)"] }
        return words
    }

    /// The words of a child that runs these seeds as this run does.
    func childWords(_ seeds: ClosedRange<UInt64>) -> [String] {
        ["simulate", "--\(SeedChild.flag)", "--seeds", "\(seeds.lowerBound)..\(seeds.upperBound)"]
            + Self.words(scenario(seeds.lowerBound))
    }
}
