internal import Simulation

/// One child at work on a range of seeds.
final class SeedWorker {
    let process: SeedProcess
    let seeds: ClosedRange<UInt64>
    /// The seed that it is at; nil between two.
    private(set) var current: UInt64?
    private(set) var begunAtMilliseconds: UInt64 = 0
    /// What it said that is none of our lines.
    private(set) var noise: [String] = []
    private var breaches: [Breach] = []
    private var details: [String] = []

    init(_ options: SimulateOptions, _ seeds: ClosedRange<UInt64>) throws(SystemError) {
        self.seeds = seeds
        process = try SeedProcess(options.childWords(seeds))
    }

    /// The first seed that has no result yet.
    private(set) var next: UInt64 = 0

    /// Takes a line; the report and the failure of a seed when it has ended.
    func take(_ line: String) -> (report: SeedReport, failure: SeedFailure?)? {
        switch SeedLine(line) {
        case .begin(let seed):
            current = seed
            next = seed
            begunAtMilliseconds = Clock.milliseconds()
            (breaches, details, noise) = ([], [], [])
        case .breach(let breach): breaches.append(breach)
        case .detail(let text): details.append(text)
        case .end(let report):
            current = nil
            next = report.seed &+ 1
            let failure = SeedFailure(seed: report.seed, breaches: breaches, details: details)
            return (report, breaches.isEmpty ? nil : failure)
        case nil:
            if noise.count < Limits.noiseLinesMax { noise.append(line) }
        }
        return nil
    }
}
