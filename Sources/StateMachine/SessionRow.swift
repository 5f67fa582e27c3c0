internal import MVCC

/// One session: the results of the newest `Limits.sessionWindow` sequences, as far as they were seen.
struct SessionRow {
    let id: UInt64
    /// The log's time of the last use.
    var lastUsedMilliseconds: UInt64

    /// The highest sequence that has a result; 0: none.
    private(set) var highest: UInt64 = 0
    /// By the sequence's remainder. As long as it is shorter than the window it grows when two
    /// remembered sequences want one place, so that a session with one command at a time stays small.
    private var results: [SessionResult] = []

    init(id: UInt64, lastUsedMilliseconds: UInt64) {
        self.id = id
        self.lastUsedMilliseconds = lastUsedMilliseconds
    }

    /// Whether the session knows if this sequence has run.
    func isRemembered(_ sequence: UInt64) -> Bool {
        let window = UInt64(Limits.sessionWindow)
        return sequence > 0 && (highest < window || sequence > highest - window)
    }

    /// The result of a remembered sequence; nil if it has not run.
    func result(of sequence: UInt64) -> SessionResult? {
        guard !results.isEmpty else { return nil }
        let result = results[place(of: sequence)]
        return result.sequence == sequence ? result : nil
    }

    /// Keeps the result of a remembered sequence that has none yet. A sequence above all others moves
    /// the window.
    mutating func keep(_ result: SessionResult) {
        precondition(isRemembered(result.sequence), "a result that is too old to be kept")
        highest = max(highest, result.sequence)
        if results.isEmpty { grow() }
        while isTaken(place(of: result.sequence)), results.count < Limits.sessionWindow { grow() }
        let place = place(of: result.sequence)
        precondition(!isTaken(place), "two remembered sequences clash, or one has two results")
        results[place] = result
    }

    /// The results that are remembered, lowest sequence first.
    var remembered: [SessionResult] {
        results.filter { $0.sequence > 0 && isRemembered($0.sequence) }
            .sorted { $0.sequence < $1.sequence }
    }

    /// Keeps no more than the summary of a result.
    mutating func dropDetail(of sequence: UInt64) {
        guard !results.isEmpty else { return }
        let place = place(of: sequence)
        if results[place].sequence == sequence { results[place].detail = [] }
    }

    private func place(of sequence: UInt64) -> Int { Int(sequence & UInt64(results.count - 1)) }

    private func isTaken(_ place: Int) -> Bool { isRemembered(results[place].sequence) }

    private mutating func grow() {
        let old = results
        let size = old.isEmpty ? Limits.sessionResultsFirst : old.count * 2
        results = [SessionResult](repeating: .none, count: size)
        for result in old where isRemembered(result.sequence) {
            results[place(of: result.sequence)] = result
        }
    }

    /// Adds the session. The results' places are nobody's business: their digests are summed.
    func add(to digest: inout StateDigest) {
        digest.add(id)
        digest.add(lastUsedMilliseconds)
        digest.add(highest)
        var sum: UInt64 = 0
        for result in results where isRemembered(result.sequence) { sum &+= result.digest }
        digest.add(sum)
    }
}
