internal import Simulation

/// One seed with every event on a line of its own.
enum TraceRun {
    static func run(_ options: SimulateOptions) -> ExitCode {
        let scenario = options.scenario(options.seeds.lowerBound)
        Console.line("         µs  who event      what")
        let report = SeedRun.run(scenario) { Console.line($0) }
        for detail in report.details { Console.line(detail) }
        for breach in report.breaches { Console.line("broken: \(breach)") }
        Console.line("trace digest \(Hexadecimal.id(report.traceDigest))")
        return report.breaches.isEmpty ? .success : .failed
    }
}
