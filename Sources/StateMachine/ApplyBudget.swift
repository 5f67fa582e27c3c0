/// What one turn of the loop may apply.
package struct ApplyBudget {
    /// Keys that are looked at; each command counts for one at least.
    package private(set) var keys: Int
    /// Bytes of requests.
    package private(set) var bytes: Int

    package init(keys: Int, bytes: Int) {
        self.keys = keys
        self.bytes = bytes
    }

    /// For whoever may hold the loop.
    package static let unlimited = ApplyBudget(keys: .max, bytes: .max)

    package var isSpent: Bool { keys <= 0 || bytes <= 0 }

    package mutating func charge(keys: Int, bytes: Int = 0) {
        self.keys -= keys
        self.bytes -= bytes
    }
}
