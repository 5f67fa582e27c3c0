internal import Paxos
internal import StateMachine

/// The clients of this node that ask about leases, until the leader has said what they are told; and, on the leader,
/// the deadlines of leases.
struct LeaseDesk {
    /// A client that waits.
    struct Waiting {
        let item: LeaseInquiry.Item
        let deadlineMilliseconds: UInt64
        let completion: (LeaseResult) -> Void
        /// Some try of it was handed to the leader.
        var wasAsked = false
        /// It is not asked again before this.
        var notBeforeMilliseconds: UInt64 = 0
    }

    /// Clients whose inquiry is on its way.
    struct Asked {
        let number: UInt64
        let atMilliseconds: UInt64
        let waiting: [Waiting]
    }

    /// A command that says whose time is over.
    struct Ending {
        let number: UInt64
        let ballot: LeaderBallot
        let ended: [LeaseDeadlines.Ended]
    }

    // MARK: Of this node's clients

    /// To be asked about with the end of this turn.
    var arriving: [Waiting] = []
    /// To be asked about again some time later.
    var paused: [Waiting] = []
    /// On their way to the leader, oldest first.
    var asked: [Asked] = []
    private var lastNumber: UInt64
    /// All of them.
    var waitingCount = 0

    /// - Parameter number: drawn by chance for each process: a leader may answer long after, and the answer that was
    ///   meant for the process before this one must not be taken for one to this.
    init(numbersAfter number: UInt64) { lastNumber = number }

    mutating func nextNumber() -> UInt64 {
        lastNumber &+= 1
        return lastNumber
    }

    /// Those of an inquiry, which has been answered; nil if they wait for that no longer.
    mutating func takeAsked(_ number: UInt64) -> [Waiting]? {
        guard let place = asked.firstIndex(where: { $0.number == number }) else { return nil }
        return asked.remove(at: place).waiting
    }

    /// What was asked before this moment, and not answered, is asked again.
    mutating func askAgain(whatWasAskedBefore milliseconds: UInt64) {
        guard asked.contains(where: { $0.atMilliseconds < milliseconds }) else { return }
        for inquiry in asked where inquiry.atMilliseconds < milliseconds {
            arriving += inquiry.waiting
        }
        asked.removeAll { $0.atMilliseconds < milliseconds }
    }

    /// What was put off until now is asked about.
    mutating func endPauses(_ nowMilliseconds: UInt64) {
        guard !paused.isEmpty else { return }
        arriving += paused.filter { $0.notBeforeMilliseconds <= nowMilliseconds }
        paused.removeAll { $0.notBeforeMilliseconds <= nowMilliseconds }
    }

    /// Those that have waited too long.
    mutating func takeExpired(_ nowMilliseconds: UInt64) -> [Waiting] {
        func isOver(_ waiting: Waiting) -> Bool { waiting.deadlineMilliseconds <= nowMilliseconds }
        var expired: [Waiting] = []
        if arriving.contains(where: isOver) {
            expired += arriving.filter(isOver)
            arriving.removeAll(where: isOver)
        }
        if paused.contains(where: isOver) {
            expired += paused.filter(isOver)
            paused.removeAll(where: isOver)
        }
        return expired
    }

    /// All of them: this node stops.
    mutating func takeAll() -> [Waiting] {
        defer { (arriving, paused, asked) = ([], [], []) }
        return arriving + paused + asked.flatMap(\.waiting)
    }

    // MARK: Of the leader

    var deadlines = LeaseDeadlines()
    /// The leadership that they count in; nil: this node does not lead.
    var ballot: LeaderBallot?
    /// The table that they are of.
    var generation: UInt64 = 0
    /// On their way, oldest first; those of earlier leaderships, too.
    var ending: [Ending] = []
    /// Of commands whose outcome nobody knows: what is to be ended once more, and when.
    var endingAgain: [(atMilliseconds: UInt64, ended: [LeaseDeadlines.Ended])] = []

    func endingCount(in ballot: LeaderBallot) -> Int { ending.count { $0.ballot == ballot } }

    mutating func takeEnding(_ number: UInt64) -> Ending? {
        guard let place = ending.firstIndex(where: { $0.number == number }) else { return nil }
        return ending.remove(at: place)
    }
}

/// What a client is told of a lease.
package enum LeaseResult: Equatable, Sendable {
    /// It lasts for so many seconds.
    case lasts(Int64)
    /// There is none of this id.
    case unknown
    case refused(Refusal)
    case timedOut
}
