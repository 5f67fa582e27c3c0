/// What a seed came to.
package struct SeedReport: Equatable, Sendable {
    package var seed: UInt64 = 0
    package var breaches: [Breach] = []
    /// More about them: the counter-examples of histories.
    package var details: [String] = []
    /// Of every event: equal for equal seeds.
    package var traceDigest: UInt64 = 0
    package var virtualMicroseconds: UInt64 = 0
    package var operations = 0
    package var operationsDone = 0
    package var deaths = 0
    package var slots: UInt64 = 0
    /// How often the states of two nodes at one slot were held against each other.
    package var statesCompared = 0
    package var frames = 0
    package var flipsMade = 0
    package var flipsCaught = 0
    package var events: UInt64 = 0
    /// How often each kind of fault struck, by its name.
    package var strikes: [String: Int] = [:]
    /// How often each rare thing happened, by its name; all of them are named.
    package var marks: [String: UInt64] = [:]
    /// How long the healed majority took to serve again.
    package var healingMicroseconds: UInt64 = 0
    /// Keys of whose operations the search found no order within its limits, nor that there is none.
    package var undecidedKeys = 0

    package init() {}
}
