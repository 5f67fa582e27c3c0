/// What one operation means for one key. States are numbers of a `StateTable`.
struct KeyStep {
    /// What must be true of the state before: that it is one of two, or neither.
    struct Test {
        let first: Int
        let second: Int
        let isNegated: Bool

        init(_ first: Int, or second: Int? = nil, isNegated: Bool = false) {
            self.first = first
            self.second = second ?? first
            self.isNegated = isNegated
        }

        var negated: Test { Test(first, or: second, isNegated: !isNegated) }

        func passes(_ state: Int) -> Bool { (state == first || state == second) != isNegated }
    }

    enum Effect: Equatable {
        case none
        /// The state after it, whatever was before.
        case set(Int)
        /// The number of the token.
        case append(Int)
    }

    /// One way in which it can have run.
    struct Variant {
        var tests: [Test]
        var effect: Effect

        func passes(_ state: Int) -> Bool { tests.allSatisfy { $0.passes(state) } }
    }

    /// The operation, as an index into the history; nil for what a node showed in the end.
    let operation: Int?
    let begun: UInt64
    /// The latest moment at which it took effect; never, if its ending is unknown.
    var ended: UInt64
    /// It may never have run.
    var isOptional: Bool
    /// Where its revision says that it stands. The search tries this order first, and trusts it no
    /// further.
    let hint: Int64
    /// One, or, of unknown ending, several.
    var variants: [Variant]

    /// It leaves a value that no test asks for: all such steps do the same.
    var isUnseen: Bool {
        variants.count == 1 && variants[0].tests.isEmpty
            && variants[0].effect == .set(StateTable.unseen)
    }

    /// It asks for a state.
    var hasTests: Bool { variants.contains { !$0.tests.isEmpty } }

    /// It can append something.
    var appends: Bool {
        variants.contains { if case .append = $0.effect { true } else { false } }
    }

    /// It can run only in certain states, or what it leaves depends on the state.
    var dependsOnState: Bool {
        appends || hasTests
    }

    /// It can change something.
    var hasEffect: Bool {
        variants.contains { $0.effect != .none }
    }

    /// The same with an ending of which nobody knows.
    var weakened: KeyStep {
        var step = self
        step.isOptional = true
        step.ended = .max
        return step
    }
}
