internal import Simulation

/// Makes a scenario smaller while it still breaks the same rule: without this kind of fault, and that; with
/// trouble for a shorter time.
struct ScenarioShrinker {
    private var scenario: Scenario
    private var failure: SeedFailure

    init(_ failure: SeedFailure, _ scenario: Scenario) {
        self.failure = failure
        self.scenario = scenario
    }

    /// The smallest scenario that was found, and what it breaks.
    func run() -> (Scenario, SeedFailure) {
        var shrinker = self
        shrinker.dropFaults()
        shrinker.shorten()
        return (shrinker.scenario, shrinker.failure)
    }

    private mutating func dropFaults() {
        for fault in scenario.activeFaults {
            var smaller = scenario
            smaller.faults = scenario.activeFaults.filter { $0 != fault }
            _ = keep(smaller)
        }
    }

    private mutating func shorten() {
        var milliseconds = scenario.faultyMilliseconds ?? 32_000
        while milliseconds > 250 {
            var smaller = scenario
            smaller.faultyMilliseconds = milliseconds / 2
            guard keep(smaller) else { return }
            milliseconds /= 2
        }
    }

    /// Takes the smaller scenario if it breaks the same rule.
    private mutating func keep(_ smaller: Scenario) -> Bool {
        guard let found = Self.failure(of: smaller), found.rule == failure.rule else {
            return false
        }
        scenario = smaller
        failure = found
        return true
    }

    /// Runs a scenario in a process of its own.
    private static func failure(of scenario: Scenario) -> SeedFailure? {
        let words =
            ["simulate", "--\(SeedChild.flag)", "--seed", "\(scenario.seed)"]
            + SimulateOptions.words(scenario)
        guard let process = try? SeedProcess(words) else { return nil }
        var breaches: [Breach] = []
        var details: [String] = []
        var noise: [String] = []
        var hasEnded = false
        while let lines = process.readLines() {
            for line in lines {
                switch SeedLine(line) {
                case .breach(let breach): breaches.append(breach)
                case .detail(let text): details.append(text)
                case .end: hasEnded = true
                case .begin: break
                case nil: noise.append(line)
                }
            }
        }
        let end = process.wait()
        if !hasEnded { return .trap(scenario.seed, "the process of the seed \(end)", noise: noise) }
        guard !breaches.isEmpty else { return nil }
        return SeedFailure(seed: scenario.seed, breaches: breaches, details: details)
    }
}
