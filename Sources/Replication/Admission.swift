internal import Basics
internal import Paxos

/// The changes of the membership that a leader makes by itself: a seat is given to the directory that presents
/// itself for it, and who is to vote does so when it has caught up (P5, P25). The core judges each of them as it
/// judges an operator's.
struct Admission {
    /// What the leader knows of the life that presents itself for a seat.
    struct Presence {
        let incarnation: Incarnation
        let name: String
        let clientURLs: [String]
    }

    enum Step: Equatable {
        /// The seat goes to another life, or to the first one.
        case give(Seat)
        case promote(Seat)

        var seat: Seat {
            switch self {
            case .give(let seat), .promote(let seat): seat
            }
        }
    }

    /// How far decisions went at some moments of the last second, oldest first.
    private var marks: [(atMilliseconds: UInt64, decidedUpTo: Slot)] = []
    /// Not before this the next step is tried.
    private var againAtMilliseconds: UInt64 = 0
    private let promotesUnready: Bool

    init(promotesUnready: Bool) { self.promotesUnready = promotesUnready }

    /// Whether it is time to look again.
    mutating func isDue(_ now: UInt64) -> Bool {
        guard now >= againAtMilliseconds else { return false }
        againAtMilliseconds = now + Limits.admissionMilliseconds
        return true
    }

    /// So far decisions go now.
    mutating func note(_ decidedUpTo: Slot, at now: UInt64) {
        marks.append((now, decidedUpTo))
        // One mark that is old enough stays: what was decided by then, a voter must have.
        while marks.count > 1, marks[1].atMilliseconds + Limits.voterLagMilliseconds <= now {
            marks.removeFirst()
        }
    }

    /// Leadership is over: what was decided when is for the next leader to see.
    mutating func forget() {
        marks.removeAll()
    }

    /// The next step, if there is one. `presence` is who presents itself for a seat now, `durableUpTo` how far
    /// the life that has it has told to have everything durably.
    func next(
        in membership: Membership, presence: (ReplicaID) -> Presence?,
        durableUpTo: (ReplicaID) -> Slot
    ) -> Step? {
        let coming = membership.seats.first { seat in
            seat.kind == .voterToBe && seat.incarnation != nil
                && presence(seat.replica)?.incarnation == seat.incarnation
                && isNear(durableUpTo(seat.replica))
        }
        if let coming { return .promote(coming.turned(.voter)) }
        for seat in membership.seats {
            guard let present = presence(seat.replica), present.incarnation != seat.incarnation
            else { continue }
            return .give(
                seat.given(
                    to: present.incarnation, name: seat.name.isEmpty ? present.name : seat.name,
                    clientURLs: present.clientURLs))
        }
        return nil
    }

    /// Whether it has what was decided a second ago. How many bytes it lacks, the core knows.
    private func isNear(_ durableUpTo: Slot) -> Bool {
        promotesUnready || marks.first.map { durableUpTo >= $0.decidedUpTo } ?? false
    }
}
