internal import MVCC

/// What members said of the digests of their states: replicated, so that all of them judge alike.
struct DigestReports {
    /// What has become clear of a slot by a report.
    enum Verdict: Equatable {
        /// Too few have said the same.
        case open
        /// A majority has this digest.
        case majority(UInt64)
        /// All have reported, and no majority agrees.
        case none
    }

    struct Report: Equatable {
        let member: UInt64
        let digest: UInt64
    }

    struct Round {
        let slot: UInt64
        var reports: [Report] = []
    }

    /// By slot, oldest first.
    var rounds: [Round] = []

    /// Takes a member's report. Its first of a slot counts.
    mutating func note(slot: UInt64, _ report: Report) {
        var place = rounds.firstIndex { $0.slot >= slot } ?? rounds.count
        if place == rounds.count || rounds[place].slot != slot {
            rounds.insert(Round(slot: slot), at: place)
            if rounds.count > Limits.digestSlotsKept {
                rounds.removeFirst()
                if place == 0 { return }
                place -= 1
            }
        }
        guard !rounds[place].reports.contains(where: { $0.member == report.member }) else { return }
        rounds[place].reports.append(report)
    }

    /// Of so many members.
    func verdict(slot: UInt64, memberCount: Int) -> Verdict {
        let reports = reports(of: slot)
        for report in reports {
            let alike = reports.count { $0.digest == report.digest }
            if alike * 2 > memberCount { return .majority(report.digest) }
        }
        return reports.count < memberCount ? .open : .none
    }

    /// In the order in which they came.
    func reports(of slot: UInt64) -> [Report] { rounds.first { $0.slot == slot }?.reports ?? [] }

    /// Adds the whole table.
    func add(to digest: inout StateDigest) {
        digest.add(UInt64(rounds.count))
        for round in rounds {
            digest.add(round.slot)
            digest.add(UInt64(round.reports.count))
            for report in round.reports {
                digest.add(report.member)
                digest.add(report.digest)
            }
        }
    }
}
