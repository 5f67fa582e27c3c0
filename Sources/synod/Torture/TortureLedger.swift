internal import Basics
internal import Histories

/// What all clients of a torture run have done so far, for the limit and for eyes.
struct TortureLedger: Sendable {
    /// Numbers by now.
    struct Counts: Sendable {
        var begun = 0
        var done = 0
        var refused = 0
        var unknown = 0
        /// The newest revision that any answer showed.
        var revision: Int64 = 0
        var isStopped = false
        /// The words of the last failure.
        var lastFailure: String?

        var ended: Int { done + refused + unknown }
    }

    private let counts = Monitor(Counts())

    var now: Counts { counts.withLock { $0 } }

    /// No operation is begun any more.
    func stop() { counts.withLock { $0.isStopped = true } }

    /// The number of a new operation; nil if there is to be none.
    func begin() -> Int? {
        counts.withLock { counts in
            guard !counts.isStopped, counts.begun < Limits.tortureOperationsMax else { return nil }
            counts.begun += 1
            return counts.begun
        }
    }

    func end(_ ending: Ending, failure: String?) {
        counts.withLock { counts in
            switch ending {
            case .done(let answer):
                counts.done += 1
                counts.revision = max(counts.revision, answer.revision)
            case .refused: counts.refused += 1
            case .unknown: counts.unknown += 1
            }
            if let failure { counts.lastFailure = failure }
        }
    }
}
