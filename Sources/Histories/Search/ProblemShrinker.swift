/// Makes a key's problem without an order smaller, as long as it has none.
///
/// Only such changes are tried that would leave an order if there was one: the end of the history is
/// cut off, reads are left out, and writes become writes of which nobody knows the ending.
struct ProblemShrinker {
    private var problem: KeyProblem
    private var effortLeft: Int

    /// The steps of the smallest problem that was found, before `effort` was spent. Of the steps that may
    /// have run or not, only those are among them whose value somebody was shown.
    static func run(_ problem: KeyProblem, effort: inout Int) -> [KeyStep] {
        var shrinker = ProblemShrinker(problem: problem, effortLeft: effort)
        defer { effort = shrinker.effortLeft }
        shrinker.cutEnd()
        // What one round leaves out may be what another step was kept for.
        for _ in 0..<2 {
            shrinker.weaken(writes: false)
            shrinker.weaken(writes: true)
        }
        let telling = shrinker.problem.optional.filter { !$0.isUnseen && !$0.appends }
        return shrinker.problem.definite + telling
    }

    private init(problem: KeyProblem, effortLeft: Int) {
        self.problem = problem
        self.effortLeft = effortLeft
    }

    /// Takes the candidate if it has certainly no order.
    private mutating func adopt(_ candidate: KeyProblem) -> Bool {
        guard effortLeft > 0 else { return false }
        let size = candidate.definite.count + candidate.optional.count
        let allowed = min(effortLeft, Limits.shrinkStepsMin + Limits.shrinkStepsPerStep * size)
        var budget = allowed
        let outcome = OrderSearch.run(candidate, budget: &budget)
        effortLeft -= allowed - budget
        guard case .none = outcome else { return false }
        problem = candidate
        return true
    }

    /// Finds the earliest end at which the history has no order any more.
    private mutating func cutEnd() {
        let whole = problem
        let ends = whole.definite.map(\.ended).sorted()
        var range = 0..<ends.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let isBroken = adopt(Self.cut(whole, after: ends[middle]))
            range = isBroken ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
    }

    private static func cut(_ problem: KeyProblem, after end: UInt64) -> KeyProblem {
        let steps = problem.definite + problem.optional
        return KeyProblem(
            steps.filter { $0.begun <= end }.map { $0.ended <= end ? $0 : $0.weakened },
            problem.table)
    }

    /// Weakens the definite steps of a kind, many at once first, then one by one. What was read is
    /// easily done without, and what was written tells more.
    private mutating func weaken(writes: Bool) {
        var size = max(1, places(writes).count / 2)
        while true {
            var start = 0
            while start < places(writes).count {
                let chosen = Set(places(writes)[start...].prefix(size))
                if !adopt(weakened(chosen)) { start += size }
            }
            if size == 1 { return }
            size /= 2
        }
    }

    private func places(_ writes: Bool) -> [Int] {
        problem.definite.indices.filter { problem.definite[$0].hasEffect == writes }
    }

    private func weakened(_ chosen: Set<Int>) -> KeyProblem {
        let steps = problem.definite.enumerated().map { place, step in
            chosen.contains(place) ? step.weakened : step
        }
        return KeyProblem(steps + problem.optional, problem.table)
    }
}
