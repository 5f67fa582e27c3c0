/// Holds everything that was shown against what the store held at that revision: the last known write
/// of the key up to there. Reads of all kinds, reads within transactions and the nodes' final content
/// go through it.
enum StateAtRevisionCheck {
    static func run(_ evidence: Evidence, into report: inout Report) {
        for observation in evidence.observations { check(observation, evidence, into: &report) }
    }

    private static func check(
        _ observation: Observation, _ evidence: Evidence, into report: inout Report
    ) {
        let last = evidence.lastWrite(observation.key, upTo: observation.revision)
        guard let pair = observation.pair else {
            return checkAbsence(observation, last, evidence, into: &report)
        }
        if pair.modRevision > observation.revision {
            report.add(
                .stateAtRevision,
                "\(who(observation)) of \(evidence.name(observation.key)) as of revision"
                    + " \(observation.revision) shows \(ShownText.pair(pair)), which is newer",
                culprits(observation, nil))
        } else if let last, last.revision > pair.modRevision {
            report.add(
                rule(observation),
                "\(who(observation)) of \(evidence.name(observation.key)) as of revision"
                    + " \(observation.revision) shows \(ShownText.pair(pair)), but it was changed"
                    + " at revision \(last.revision)",
                culprits(observation, last))
        }
    }

    private static func checkAbsence(
        _ observation: Observation, _ last: KnownWrite?, _ evidence: Evidence,
        into report: inout Report
    ) {
        guard let last, last.effect != .delete, !mayBeDeleted(observation, evidence) else { return }
        report.add(
            rule(observation),
            "\(who(observation)) of \(evidence.name(observation.key)) as of revision"
                + " \(observation.revision) shows nothing, but it was written at revision"
                + " \(last.revision)",
            culprits(observation, last))
    }

    /// Somebody's deletion, of which we do not know whether it ran, may be the reason.
    private static func mayBeDeleted(_ observation: Observation, _ evidence: Evidence) -> Bool {
        let key = evidence.keys.keys[observation.key]
        return evidence.openWrites[observation.key].contains { index in
            evidence.history.operations[index].possibleChanges.joined()
                .contains(Change(key: key, effect: .delete))
        }
    }

    private static func rule(_ observation: Observation) -> Rule {
        observation.operation == nil ? .acknowledgedPresent : .stateAtRevision
    }

    private static func who(_ observation: Observation) -> String {
        observation.operation == nil ? "the final content" : "a read"
    }

    private static func culprits(_ observation: Observation, _ last: KnownWrite?) -> [Int] {
        [observation.operation, last?.operation].compactMap(\.self)
    }
}
