/// A rule that a history breaks.
package struct Violation: Sendable, Hashable {
    package let rule: Rule
    /// What is wrong, in a sentence.
    package let text: String
    /// The operations that show it, as indices into the history, in order.
    package let operations: [Int]

    init(_ rule: Rule, _ text: String, _ operations: [Int] = []) {
        self.rule = rule
        self.text = text
        self.operations = Array(Set(operations)).sorted()
    }
}
