/// Searches an order for each key. Linearizability of single keys is that of all of them (Herlihy and
/// Wing 1990); what transactions add is checked by revision.
enum LinearizabilityCheck {
    static func run(_ evidence: Evidence, into report: inout Report) {
        var effort = Limits.shrinkEffortMax
        for (key, problem) in KeyProjection.problems(evidence).enumerated() {
            switch OrderSearch.run(problem, stepsMax: Limits.searchStepsMax) {
            case .found: continue
            case .undecided: report.addUndecided(evidence.keys.keys[key])
            case .none:
                let steps = ProblemShrinker.run(problem, effort: &effort)
                let isFinal = steps.contains { $0.operation == nil }
                report.add(
                    .linearizability,
                    "no order of the operations on \(evidence.name(key)) explains what they were told"
                        + (isFinal ? " and what the nodes show in the end" : ""),
                    steps.compactMap(\.operation))
            }
        }
    }
}
