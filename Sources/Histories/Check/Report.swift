/// What the checkers say of a history.
package struct Report: Sendable, Hashable {
    /// One word for all of it.
    package enum Verdict: String, Sendable {
        /// All rules hold.
        case ok
        /// Some rule is broken.
        case violated
        /// No rule is known to be broken, but the search for an order of some key was given up.
        case undecided
    }

    /// The first violations of each rule.
    package private(set) var violations: [Violation] = []
    /// Keys whose order could not be found within the limits, each once.
    package private(set) var undecidedKeys: [[UInt8]] = []

    package var verdict: Verdict {
        if !violations.isEmpty { return .violated }
        return undecidedKeys.isEmpty ? .ok : .undecided
    }

    mutating func add(_ rule: Rule, _ text: String, _ operations: [Int] = []) {
        guard violations.count(where: { $0.rule == rule }) < Limits.violationsMax else { return }
        violations.append(Violation(rule, text, operations))
    }

    mutating func addUndecided(_ key: [UInt8]) { undecidedKeys.append(key) }
}
