/// A history in the form in which the checks by revision want it: who wrote which revision of which
/// key, and what everybody was shown. Writes of unknown ending are found by the values they left.
struct Evidence {
    let history: History
    private(set) var keys = KeyTable()
    private(set) var writers = WriterTable()
    private(set) var observations: [Observation] = []
    /// By key, in the order of their revisions.
    var writes: [[KnownWrite]] = []
    /// By key, the operations of unknown ending that may have changed it, and of which nothing was seen.
    var openWrites: [[Int]] = []
    /// The revision of each write of unknown ending that was seen after all; by operation.
    var seenRevisions: [Int64?]
    /// The operation that each revision was acknowledged to.
    private(set) var operationOfRevision: [Int64: Int] = [:]
    /// The first pair that was shown of a key's revision.
    var shown: [Shown: Pair] = [:]

    struct Shown: Hashable {
        let key: Int
        let revision: Int64
    }

    /// Collects the evidence; what contradicts itself is reported at once.
    init(_ history: History, into report: inout Report) {
        self.history = history
        seenRevisions = Array(repeating: nil, count: history.operations.count)
        for index in history.operations.indices { collectWrites(index, into: &report) }
        for index in history.operations.indices { observe(index) }
        observeViews()
        writes = Array(repeating: [], count: keys.keys.count)
        openWrites = Array(repeating: [], count: keys.keys.count)
        for observation in observations { explain(observation, into: &report) }
        collectKnownWrites()
    }

    /// The last known change of a key at or before a revision.
    func lastWrite(_ key: Int, upTo revision: Int64) -> KnownWrite? {
        let count = countOfWrites(key, upTo: revision)
        return count == 0 ? nil : writes[key][count - 1]
    }

    /// How many changes of a key are known at or before a revision.
    func countOfWrites(_ key: Int, upTo revision: Int64) -> Int {
        let list = writes[key]
        var range = list.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                list[middle].revision <= revision
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    /// The pair that was shown of a key's revision, if any was.
    func shownPair(_ key: Int, revision: Int64) -> Pair? {
        shown[Shown(key: key, revision: revision)]
    }

    /// The revision that an operation made, by its answer or by what was seen of it.
    func revision(of operation: Int) -> Int64? {
        let recorded = history.operations[operation]
        if let answer = recorded.answer { return answer.hasChanged ? answer.revision : nil }
        return seenRevisions[operation]
    }

    private mutating func collectWrites(_ index: Int, into report: inout Report) {
        let operation = history.operations[index]
        for change in operation.possibleChanges.joined() {
            let key = keys.number(change.key)
            writers.add(change.effect, key: key, operation: index)
        }
        guard let answer = operation.answer, answer.hasChanged else { return }
        if let other = operationOfRevision[answer.revision] {
            report.add(
                .revisionOrder, "revision \(answer.revision) was given to two operations",
                [other, index])
        } else {
            operationOfRevision[answer.revision] = index
        }
    }

    // MARK: What was shown

    private mutating func observe(_ index: Int) {
        let operation = history.operations[index]
        if let key = operation.action.key { _ = keys.number(key) }
        guard let answer = operation.answer else { return }
        switch (operation.action, answer.outcome) {
        case (.get(let key, .atRevision(let revision)), .read(let pair)):
            observe(key, pair, revision, index)
        case (.get(let key, _), .read(let pair)): observe(key, pair, answer.revision, index)
        case (.append(let key, _), .appended(let pair?)):
            observe(key, pair, answer.revision, index)
        case (.transaction(let transaction), .transaction(let succeeded, let outcomes)):
            observe(transaction.steps(succeeded: succeeded), outcomes, answer, index)
        default: break
        }
    }

    private mutating func observe(
        _ steps: [Transaction.Step], _ outcomes: [Answer.StepOutcome], _ answer: Answer,
        _ index: Int
    ) {
        var written: Set<[UInt8]> = []
        for (step, outcome) in zip(steps, outcomes) {
            if let change = step.change { written.insert(change.key) }
            guard case .read(let pair) = outcome else { continue }
            let isOwn = !answer.hasChanged || written.contains(step.key)
            observe(step.key, pair, isOwn ? answer.revision : answer.revision - 1, index)
        }
    }

    private mutating func observeViews() {
        for view in history.views {
            for entry in view.entries { _ = keys.number(entry.key) }
            for key in keys.keys { observe(key, view.pair(key), view.revision, nil) }
        }
    }

    private mutating func observe(
        _ key: [UInt8], _ pair: Pair?, _ revision: Int64, _ operation: Int?
    ) {
        observations.append(
            Observation(
                key: keys.number(key), pair: pair, revision: revision, operation: operation))
    }
}
