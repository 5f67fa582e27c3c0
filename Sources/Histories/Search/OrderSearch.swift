/// Looks for an order of one key's steps in which each finds the state that it was told, and each comes
/// after all that ended before it began (Wing and Gong 1993, with the memory of Lowe 2017).
///
/// A step of unknown ending may stand anywhere after its beginning, or nowhere. It is only tried where
/// it makes another step possible that was not, or where something is appended next: an order that
/// uses it elsewhere stays an order if it is moved back or left out.
struct OrderSearch {
    enum Outcome {
        case found
        case none
        case undecided
    }

    /// One step of the search: what was put next into the order.
    private struct Move {
        let made: Candidate
        /// The other moves that could have been made at its moment and were not tried yet, the best one last.
        let untried: [Candidate]
        let stateBefore: Int
    }

    /// A move that could be made.
    private struct Candidate {
        let hint: Int64
        let isOptional: Bool
        let step: Int
        let variant: Int
    }

    private var table: StateTable
    private let definite: [KeyStep]
    private let optional: [KeyStep]
    /// Those of the optional steps whose turn another optional step can bring about.
    private let dependent: [Int]
    private var remaining: RemainingSteps
    private var isUsed: [Bool]
    private var state = StateTable.absent
    private var path: [Move] = []
    /// What is in the order so far.
    private var taken = Moment.beginning
    /// Moments from which no order leads to the end.
    private var deadEnds = MomentSet()
    /// What was seen of a key that is appended to; nil for other keys.
    private let seen: SeenStates?
    /// By state, whether it is the beginning of what was seen; nil: not asked yet.
    private var beginnings: [Bool?] = []
    private let isAppendOnly: Bool
    /// Remaining definite steps that ask for a state.
    private var testsLeft: Int

    /// Searches for at most `stepsMax` steps.
    static func run(_ problem: KeyProblem, stepsMax: Int) -> Outcome {
        var budget = stepsMax
        return run(problem, budget: &budget)
    }

    /// Searches for at most `budget` steps, and takes from it what was needed.
    static func run(_ problem: KeyProblem, budget: inout Int) -> Outcome {
        var search = OrderSearch(problem)
        return search.run(&budget)
    }

    private init(_ problem: KeyProblem) {
        table = problem.table
        definite = problem.definite
        optional = problem.optional
        dependent = problem.optional.indices.filter { problem.optional[$0].dependsOnState }
        remaining = RemainingSteps(count: problem.definite.count)
        isUsed = Array(repeating: false, count: problem.optional.count)
        let steps = problem.definite + problem.optional
        seen = steps.contains(where: \.appends) ? SeenStates(steps, problem.table) : nil
        isAppendOnly = problem.isAppendOnly
        testsLeft = problem.definite.count { $0.hasTests }
    }

    private mutating func run(_ budget: inout Int) -> Outcome {
        var untried = remaining.isEmpty ? [] : candidates()
        while budget > 0 {
            budget -= 1
            if remaining.isEmpty { return .found }
            if let best = untried.popLast() {
                make(best, untried)
                untried = isDeadEnd ? takeBack() : candidates()
            } else if path.isEmpty {
                return .none
            } else {
                deadEnds.insert(moment)
                untried = takeBack()
            }
        }
        return .undecided
    }

    /// All that can follow was tried before. On its way forward a search meets no moment twice, since each
    /// move takes a step.
    private var isDeadEnd: Bool { !deadEnds.isEmpty && deadEnds.contains(moment) }

    /// What is taken and the state after it: the same twice need not be searched twice.
    private var moment: Moment { taken.with(.state(state)) }

    private mutating func make(_ candidate: Candidate, _ untried: [Candidate]) {
        path.append(
            Move(made: candidate, untried: untried, stateBefore: state))
        let step = candidate.isOptional ? optional[candidate.step] : definite[candidate.step]
        state = after(step.variants[candidate.variant])
        taken.toggle(.step(candidate.step, isOptional: candidate.isOptional))
        if candidate.isOptional {
            isUsed[candidate.step] = true
        } else {
            remaining.take(candidate.step)
            if step.hasTests { testsLeft -= 1 }
        }
    }

    /// Takes the last move back and says what else can be tried in its place.
    private mutating func takeBack() -> [Candidate] {
        let move = path.removeLast()
        state = move.stateBefore
        taken.toggle(.step(move.made.step, isOptional: move.made.isOptional))
        if move.made.isOptional {
            isUsed[move.made.step] = false
        } else {
            remaining.putBack(move.made.step)
            if definite[move.made.step].hasTests { testsLeft += 1 }
        }
        return move.untried
    }

    private mutating func after(_ variant: KeyStep.Variant) -> Int {
        switch variant.effect {
        case .none: state
        case .set(let next): next
        case .append(let token): appended(token)
        }
    }

    /// A value that is not the beginning of what was seen never becomes one, whatever is appended to it: all
    /// such values are one to those who look.
    private mutating func appended(_ token: Int) -> Int {
        let next = table.append(token, to: state)
        return isBeginning(next) ? next : StateTable.unseen
    }

    private mutating func isBeginning(_ state: Int) -> Bool {
        guard let seen, state > StateTable.unseen else { return true }
        while beginnings.count <= state { beginnings.append(nil) }
        if let known = beginnings[state] { return known }
        let result = seen.hasBeginning(table.value(state))
        beginnings[state] = result
        return result
    }

    /// Where a key is only appended to, what is not the beginning of what was seen stays so for ever.
    private func leadsNowhere(_ next: Int) -> Bool {
        isAppendOnly && next == StateTable.unseen && next != state
    }

    // MARK: What can come next

    /// The best one last.
    private mutating func candidates() -> [Candidate] {
        var open: [Int] = []
        var firstEnd = UInt64.max
        var next = remaining.first
        while let step = next, definite[step].begun <= firstEnd {
            open.append(step)
            firstEnd = min(firstEnd, definite[step].ended)
            next = remaining.next(after: step)
        }
        open.removeAll { definite[$0].begun > firstEnd }
        var result: [Candidate] = []
        for step in open where definite[step].variants[0].passes(state) {
            let next = after(definite[step].variants[0])
            let others = testsLeft - (definite[step].hasTests ? 1 : 0)
            if others > 0, leadsNowhere(next) { continue }
            result.append(
                Candidate(
                    hint: definite[step].hint, isOptional: false, step: step, variant: 0))
        }
        addOptional(open, before: firstEnd, to: &result)
        result.sort {
            ($0.hint, $0.isOptional ? 1 : 0, $0.step, $0.variant)
                > ($1.hint, $1.isOptional ? 1 : 0, $1.step, $1.variant)
        }
        return result
    }

    private mutating func addOptional(
        _ open: [Int], before firstEnd: UInt64, to result: inout [Candidate]
    ) {
        var hasUnseen = false
        for step in optional.indices where !isUsed[step] {
            if optional[step].begun > firstEnd { break }
            // All of these are alike: the first will do.
            if optional[step].isUnseen {
                if hasUnseen { continue }
                hasUnseen = true
            }
            for variant in optional[step].variants.indices {
                let tried = optional[step].variants[variant]
                guard tried.passes(state) else { continue }
                let next = after(tried)
                guard next != state, !leadsNowhere(next),
                    isUseful(next, step, open, before: firstEnd)
                else { continue }
                result.append(
                    Candidate(
                        hint: optional[step].hint, isOptional: true, step: step, variant: variant))
            }
        }
    }

    /// In the state `next` something is possible that is not possible now.
    private func isUseful(
        _ next: Int, _ step: Int, _ open: [Int], before firstEnd: UInt64
    ) -> Bool {
        let gains = { (variant: KeyStep.Variant) in
            if case .append = variant.effect { return variant.passes(next) }
            return variant.passes(next) && !variant.passes(state)
        }
        if open.contains(where: { gains(definite[$0].variants[0]) }) { return true }
        for other in dependent where other != step && !isUsed[other] {
            if optional[other].begun > firstEnd { return false }
            if optional[other].variants.contains(where: gains) { return true }
        }
        return false
    }
}
