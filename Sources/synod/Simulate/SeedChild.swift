internal import Glibc
internal import Simulation

/// A child of `synod simulate`: runs seeds and tells its parent about each as soon as it knows.
enum SeedChild {
    /// The flag that makes a process one.
    static let flag = "child"

    static func run(_ options: SimulateOptions) -> ExitCode {
        let parent = getppid()
        for seed in options.seeds {
            // Nobody listens any more.
            if getppid() != parent { return .failed }
            Console.line(SeedLine.begin(seed).text)
            let report = SeedRun.run(options.scenario(seed))
            Console.write(SeedLine.lines(report).map { $0.text + "\n" }.joined())
        }
        return .success
    }
}
