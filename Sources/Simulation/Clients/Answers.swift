internal import EtcdMessages
internal import Histories
internal import StateMachine

/// What the state machine said, as a history records it.
enum Answers {
    static func answer(_ response: RangeResponse) -> Answer {
        Answer(revision: response.header.revision, .read(response.kvs.first.map(pair)))
    }

    static func answer(_ response: TxnResponse) -> Answer {
        Answer(
            revision: response.header.revision,
            .transaction(succeeded: response.succeeded, response.responses.map(step)))
    }

    /// How a try ended at the node.
    static func verdict(_ outcome: Outcome, to action: Action) -> Verdict {
        if case .failed(let error) = outcome {
            if error.isOfRights { return .refused }
            return error.isOfSession ? .noSession : .failed
        }
        return answer(outcome, to: action).map(Verdict.done) ?? .unknown
    }

    /// Nil if of the response to an earlier try only the summary is left.
    private static func answer(_ outcome: Outcome, to action: Action) -> Answer? {
        switch outcome {
        case .put(let response):
            return Answer(revision: response.header.revision, .put)
        case .deleteRange(let response):
            return Answer(revision: response.header.revision, .deleted(response.deleted > 0))
        case .txn(let response):
            guard case .transaction(let transaction) = action else { return nil }
            let count = transaction.steps(succeeded: response.succeeded).count
            return response.responses.count == count ? answer(response) : nil
        case .readModifyWrite(let response):
            let revision = response.header.revision
            if case .append = action {
                let current = response.pairsOmitted ? nil : pair(response.current)
                return Answer(revision: revision, .appended(current))
            }
            return Answer(revision: revision, .swapped(response.applied))
        case .compaction, .registerSession, .alarm, .quotaSet, .digestReported,
            .leaseGrant, .leaseRevoke, .leasesExpired, .auth, .failed:
            return nil
        }
    }

    static func pair(_ found: KeyValue) -> Pair {
        Pair(
            value: found.value, createRevision: found.createRevision,
            modRevision: found.modRevision, version: found.version)
    }

    private static func step(_ response: ResponseOp) -> Answer.StepOutcome {
        switch response.response {
        case .responseRange(let range): .read(range.kvs.first.map(pair))
        case .responseDeleteRange(let deleted): .deleted(deleted.deleted > 0)
        default: .put
        }
    }
}
