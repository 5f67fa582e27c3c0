/// Holds revisions against real time: what began after another operation had ended has a higher
/// revision than it, or, if it changed nothing, no lower one. With `StateAtRevisionCheck` this makes
/// the whole store strictly serializable in the order of revisions, transactions over several keys
/// included.
enum RevisionOrderCheck {
    private struct Moment {
        let at: UInt64
        let isEnd: Bool
        let operation: Int
        let revision: Int64
        /// Its revision is its own, and nobody before it may have the same.
        let isOwn: Bool
    }

    static func run(_ evidence: Evidence, into report: inout Report) {
        var moments: [Moment] = []
        for index in evidence.history.operations.indices { add(index, evidence, to: &moments) }
        // What begins in the very moment in which another ends counts as concurrent with it.
        moments.sort {
            ($0.at, $0.isEnd ? 1 : 0, $0.operation) < ($1.at, $1.isEnd ? 1 : 0, $1.operation)
        }
        var highest: (revision: Int64, operation: Int)?
        for moment in moments {
            if moment.isEnd {
                if moment.revision > highest?.revision ?? .min {
                    highest = (moment.revision, moment.operation)
                }
            } else if let highest, moment.revision < highest.revision + (moment.isOwn ? 1 : 0) {
                report.add(
                    .revisionOrder,
                    "an operation with revision \(moment.revision) began after one with revision"
                        + " \(highest.revision) had ended",
                    [highest.operation, moment.operation])
            }
        }
        checkViews(evidence, highest, into: &report)
    }

    private static func add(_ index: Int, _ evidence: Evidence, to moments: inout [Moment]) {
        let operation = evidence.history.operations[index]
        guard let revision = operation.answer?.revision ?? evidence.revision(of: index) else {
            return
        }
        let isOwn = evidence.revision(of: index) != nil
        func moment(_ at: UInt64, isEnd: Bool) -> Moment {
            Moment(at: at, isEnd: isEnd, operation: index, revision: revision, isOwn: isOwn)
        }
        if operation.isOrderedByItsBeginning {
            moments.append(moment(operation.begunNanoseconds, isEnd: false))
        }
        if operation.answer != nil {
            moments.append(moment(operation.endedNanoseconds, isEnd: true))
        }
    }

    private static func checkViews(
        _ evidence: Evidence, _ highest: (revision: Int64, operation: Int)?,
        into report: inout Report
    ) {
        for view in evidence.history.views {
            guard let highest, view.revision < highest.revision else { continue }
            report.add(
                .acknowledgedPresent,
                "node \(view.node) shows revision \(view.revision) in the end, below"
                    + " \(highest.revision), which was answered before", [highest.operation])
        }
    }
}

extension RecordedOperation {
    /// It must see what ended before it began. A sequential read may be older.
    fileprivate var isOrderedByItsBeginning: Bool {
        if case .get(_, .sequential) = action { false } else { true }
    }
}
