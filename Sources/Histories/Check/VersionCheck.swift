/// Counts: a key's version says how often it was written since it was made. It must be no less than
/// the writes that are known to lie there, and no more than those and the ones of unknown ending.
enum VersionCheck {
    static func run(_ evidence: Evidence, into report: inout Report) {
        var seen: Set<Evidence.Shown> = []
        for observation in evidence.observations {
            guard let pair = observation.pair else { continue }
            let place = Evidence.Shown(key: observation.key, revision: pair.modRevision)
            // A pair that nobody is known to have written is a matter of other rules.
            guard seen.insert(place).inserted,
                evidence.lastWrite(observation.key, upTo: pair.modRevision)?.revision
                    == pair.modRevision
            else { continue }
            let known =
                evidence.countOfWrites(observation.key, upTo: pair.modRevision)
                - evidence.countOfWrites(observation.key, upTo: pair.createRevision - 1)
            let open = evidence.openWrites[observation.key].count
            if pair.version >= known, pair.version <= known + open { continue }
            report.add(
                .exactlyOnce,
                "\(evidence.name(observation.key)) was written \(pair.version) times from revision"
                    + " \(pair.createRevision) to \(pair.modRevision), but \(known) writes are known"
                    + " and \(open) possible",
                observation.operation.map { [$0] } ?? [])
        }
    }
}
