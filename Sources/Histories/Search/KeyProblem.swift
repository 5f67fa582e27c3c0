/// All that happened to one key: is there an order in which it can have happened?
struct KeyProblem {
    var table: StateTable
    /// Each in the order of their beginnings.
    var definite: [KeyStep]
    var optional: [KeyStep]

    init(_ steps: [KeyStep], _ table: StateTable) {
        self.table = table
        definite = Self.sorted(steps.filter { !$0.isOptional })
        optional = Self.sorted(steps.filter { $0.isOptional && $0.hasEffect })
        dropUnseen()
    }

    /// Nothing but appends changes the key, and nobody asks that its state be not something.
    var isAppendOnly: Bool {
        let variants = (definite + optional).flatMap(\.variants)
        return variants.contains { if case .append = $0.effect { true } else { false } }
            && variants.allSatisfy { variant in
                if case .set = variant.effect { return false }
                return !variant.tests.contains(where: \.isNegated)
            }
    }

    private static func sorted(_ steps: [KeyStep]) -> [KeyStep] {
        steps.sorted { ($0.begun, $0.hint) < ($1.begun, $1.hint) }
    }

    /// Leaves out writes of unknown ending of which nothing was seen: no order needs them. Where some
    /// test asks that the state be *not* something, such a write can be the reason; then all of them
    /// become alike.
    private mutating func dropUnseen() {
        guard !optional.isEmpty else { return }
        let seen = SeenStates(definite + optional, table)
        let isUnseen = optional.map { !$0.variants.contains { seen.contains($0.effect) } }
        if !seen.hasNegatedTests {
            optional = zip(optional, isUnseen).filter { !$0.1 }.map(\.0)
            return
        }
        for step in optional.indices where isUnseen[step] && !optional[step].hasTests {
            optional[step].variants = [
                KeyStep.Variant(tests: [], effect: .set(StateTable.unseen))
            ]
        }
    }
}
