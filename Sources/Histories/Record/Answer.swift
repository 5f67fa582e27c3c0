/// What the store said when it did what it was asked.
package struct Answer: Sendable, Hashable {
    /// What became of one step of a transaction.
    package enum StepOutcome: Sendable, Hashable {
        case read(Pair?)
        case put
        case deleted(Bool)
    }

    package enum Outcome: Sendable, Hashable {
        /// The pair that a get found.
        case read(Pair?)
        case put
        /// Whether a deletion found its key.
        case deleted(Bool)
        /// The pair after an append, if the store told.
        case appended(Pair?)
        /// Whether a compare-and-set wrote.
        case swapped(Bool)
        /// Whether the conditions held, and one outcome for each step of the list that was executed.
        case transaction(succeeded: Bool, [StepOutcome])
    }

    /// The revision in the answer: of the write itself, or the store's newest where nothing changed.
    package var revision: Int64
    package var outcome: Outcome

    package init(revision: Int64, _ outcome: Outcome) {
        self.revision = revision
        self.outcome = outcome
    }

    /// The operation made a revision of its own.
    package var hasChanged: Bool {
        switch outcome {
        case .read: false
        case .put, .appended: true
        case .deleted(let found): found
        case .swapped(let wrote): wrote
        case .transaction(_, let steps): steps.contains { $0 == .put || $0 == .deleted(true) }
        }
    }
}
