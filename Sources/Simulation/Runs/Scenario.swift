package import Replication

/// What is run: a seed, and what of it.
package struct Scenario: Equatable, Sendable {
    package var seed: UInt64
    package var profile: Profile
    /// Only these kinds of faults; nil for those that the seed has.
    package var faults: [Fault]?
    /// Instead of what the seed says.
    package var nodeCount: Int?
    /// How long there is trouble at most, in milliseconds.
    package var faultyMilliseconds: UInt64?
    /// A rule that every node breaks on purpose.
    package var injectedBug: InjectedBug?

    package init(seed: UInt64, profile: Profile = .all) {
        self.seed = seed
        self.profile = profile
    }

    /// The kinds of faults of this run.
    package var activeFaults: [Fault] { faults ?? profile.faults(ofSeed: seed) }
}
