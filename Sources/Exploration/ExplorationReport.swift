/// How far an exploration has come.
package struct ExplorationProgress: Equatable, Sendable {
    /// Different states of the world.
    package var states = 0
    /// Events that were tried.
    package var steps = 0
    /// Different states of single replicas.
    package var replicaStates = 0
    /// Different messages.
    package var messages = 0
    /// Events at different states of replicas: so often the core ran.
    package var coreSteps = 0
    /// All histories of so many events were gone through.
    package var length = 0
}

/// What an exploration came to.
package struct ExplorationReport: Equatable, Sendable {
    /// A history in which a rule is broken.
    package struct Violation: Equatable, Sendable {
        /// The rule, and how.
        package let sentence: String
        /// One line for each event.
        package let history: [String]
    }

    package let progress: ExplorationProgress
    /// Whether every history within the bounds was seen.
    package let isComplete: Bool
    package let violation: Violation?
}
