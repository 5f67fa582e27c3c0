/// The limits of `synod simulate`.
extension Limits {
    /// Seeds that one child process of a simulation runs.
    static let seedsPerChild: UInt64 = 25
    /// One of so many seeds is run twice, to prove that a seed gives one history.
    static let repeatedSeedInterval: UInt64 = 100
    /// A run of so many seeds must have hit all marks.
    static let seedsThatHitAllMarks = 2_000
    /// How long a seed may take, in ms of real time.
    static let seedMillisecondsMax: UInt64 = 300_000
    /// Lines that are kept of what a child says beside its reports.
    static let noiseLinesMax = 40
    /// Events that are shown of a scenario that breaks a rule.
    static let eventsShown = 60
}
