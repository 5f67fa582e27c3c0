internal import Simulation

/// What is printed of a seed that broke a rule: the smallest scenario that still does, its last events, and
/// the command that replays it.
enum FailureReport {
    static func print(_ failure: SeedFailure, _ options: SimulateOptions) {
        Console.line()
        Console.note("looking for the smallest scenario that still breaks \(failure.rule.rawValue)")
        let shrinker = ScenarioShrinker(failure, options.scenario(failure.seed))
        let (scenario, smallest) = shrinker.run()
        Console.line("seed \(failure.seed) breaks the rule \(smallest.rule.rawValue)")
        for breach in smallest.breaches { Console.line("  \(breach)") }
        for detail in smallest.details { Console.line("  \(detail)") }
        let faults = scenario.activeFaults.map(\.rawValue).joined(separator: ", ")
        Console.line("faults that it needs: \(faults.isEmpty ? "none" : faults)")
        Console.line("the last events:")
        for line in lastEvents(scenario) { Console.line("  \(line)") }
        let words = SimulateOptions.words(scenario).joined(separator: " ")
        Console.line("to replay it:")
        Console.line("  synod simulate --seed \(failure.seed) \(words)")
        Console.line("with all events:")
        Console.line("  synod simulate --seed \(failure.seed) \(words) --trace")
    }

    private static func lastEvents(_ scenario: Scenario) -> [String] {
        let words =
            ["simulate", "--seed", "\(scenario.seed)", "--trace"] + SimulateOptions.words(scenario)
        guard let process = try? SeedProcess(words) else { return [] }
        var last: [String] = []
        while let lines = process.readLines() {
            last += lines
            if last.count > 2 * Limits.eventsShown {
                last.removeFirst(last.count - Limits.eventsShown)
            }
        }
        _ = process.wait()
        return Array(last.suffix(Limits.eventsShown))
    }
}
