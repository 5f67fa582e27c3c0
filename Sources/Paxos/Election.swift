internal import Basics

/// Who is alive, and when to stand: hears leaders, counts silence in turns that really ran, and takes a
/// candidate through waiting its rank's turn and probing (P13, P14).
struct Election: Sendable {
    /// A leader that is heard directly.
    struct HeardLeader: Equatable, Sendable {
        let ballot: Ballot
        /// Running milliseconds at its last sign of life.
        var heardAt: UInt64
        /// The age of its quorum contact, by its own word.
        var contactAge: UInt64
        /// The connection to it broke: it does not count as alive until it is heard again.
        var isSuspect = false
    }

    struct Probing: Equatable, Sendable {
        let number: UInt64
        var grants: VoteSet
        let until: UInt64
    }

    struct Denied: Equatable, Sendable {
        let replica: ReplicaID
        let number: UInt64
        let at: UInt64
    }

    /// A candidate that has this replica's promise and was not heard as a leader yet.
    struct Chosen: Equatable, Sendable {
        let replica: ReplicaID
        let at: UInt64
    }

    enum Phase: Equatable, Sendable {
        /// A leader is alive, or it is not time to stand yet.
        case listening
        /// Waits for the candidates of better ranks.
        case waiting(until: UInt64)
        case probing(Probing)
    }

    // MARK: State

    private(set) var phase = Phase.listening
    private(set) var leader: HeardLeader?
    /// Nobody stands before this, in running milliseconds.
    private(set) var quietUntil: UInt64
    /// The highest round in any ballot seen.
    private(set) var highestRound: UInt64
    private(set) var electionsBegun: UInt64 = 0
    /// The process is about to end: it does not stand again.
    private(set) var isResigned = false
    /// Another candidate was let go first since a leader was heard, or this replica stood.
    private var hasGivenTime = false
    /// The newest probe that was denied here because a leader was heard.
    private var denied: Denied?
    private var chosen: Chosen?
    private var probeNumber: UInt64 = 0
    private var random: SeededRandom
    private let timeout: UInt64
    private let heartbeat: UInt64

    init(configuration: Configuration, promised: Ballot) {
        timeout = configuration.electionTimeoutMilliseconds
        heartbeat = configuration.heartbeatMilliseconds
        highestRound = promised.round
        random = SeededRandom(seed: configuration.seed)
        quietUntil = timeout + random.next() % max(1, heartbeat)
    }

    // MARK: Inputs

    mutating func note(_ ballot: Ballot) { highestRound = max(highestRound, ballot.round) }

    /// A leader gave a sign of life; `contactAge` if it said how old its quorum contact is.
    mutating func hear(_ ballot: Ballot, contactAge: UInt64?, running: UInt64) {
        note(ballot)
        if var known = leader, known.ballot == ballot {
            known.heardAt = running
            // Only a heartbeat proves that the leader is back: other messages may have been on another
            // connection when the first one broke.
            if let contactAge {
                known.contactAge = contactAge
                known.isSuspect = false
            }
            leader = known
        } else {
            if let known = leader, known.ballot > ballot, isLive(known, running: running) { return }
            leader = HeardLeader(ballot: ballot, heardAt: running, contactAge: contactAge ?? 0)
        }
        if isLeaderLive(running: running) {
            chosen = nil
            hasGivenTime = false
            phase = .listening
            quietUntil = running
        }
    }

    /// The connection to a replica broke. Gives back whether it was the leader.
    mutating func lose(_ replica: ReplicaID) -> Bool {
        forgetChosen(replica)
        guard leader?.ballot.replica == replica else { return false }
        leader?.isSuspect = true
        return true
    }

    mutating func forgetLeader() { leader = nil }

    /// The voters are others now: what was asked of the former ones counts no more.
    mutating func begin() {
        phase = .listening
        denied = nil
        chosen = nil
    }

    mutating func resign() {
        isResigned = true
        phase = .listening
    }

    /// Another candidate has this replica's grant or promise: it gets this long.
    mutating func keepQuiet(for milliseconds: UInt64, running: UInt64) {
        quietUntil = max(quietUntil, running + milliseconds + random.next() % max(1, heartbeat))
        phase = .listening
    }

    /// A candidate, or this replica as one, has the promise: nobody else is encouraged until it had time to lead. Where
    /// disks are slow and candidates do not hear each other, they would else take the promise from each other again and
    /// again, each before the other one leads.
    ///
    /// It gets its time once: with every promise anew, one that never comes to lead would keep others from it.
    mutating func choose(_ replica: ReplicaID, running: UInt64) {
        guard chosen?.replica != replica else { return }
        chosen = Chosen(replica: replica, at: running)
    }

    /// The candidate has given up, or cannot be heard.
    mutating func forgetChosen(_ replica: ReplicaID) {
        if chosen?.replica == replica { chosen = nil }
    }

    /// Lets another candidate go first: once, and then it is this one's turn. Else those who reach no quorum
    /// would, by asking one after another, keep the only one quiet that does (P14).
    mutating func giveTime(for milliseconds: UInt64, running: UInt64) -> Bool {
        guard !hasGivenTime else { return false }
        hasGivenTime = true
        keepQuiet(for: milliseconds, running: running)
        return true
    }

    mutating func deny(_ number: UInt64, to replica: ReplicaID, running: UInt64) {
        denied = Denied(replica: replica, number: number, at: running)
    }

    /// A probe that was denied a moment ago, before this replica lost the leader too.
    mutating func takeDenied(running: UInt64) -> Denied? {
        defer { denied = nil }
        guard let denied, running - denied.at <= heartbeat else { return nil }
        return denied
    }

    /// No leader is alive. Gives back the number of a probe to send, when its turn has come.
    mutating func stand(rank: Int, roundTrip: UInt64, ownVoter: Int, running: UInt64) -> UInt64? {
        guard !isResigned else { return nil }
        switch phase {
        case .listening:
            guard running >= quietUntil else { return nil }
            let step = max(2 * roundTrip, Limits.rankStepMilliseconds)
            guard rank > 0 else {
                return probe(roundTrip: roundTrip, ownVoter: ownVoter, running: running)
            }
            let jitter = random.next() % Limits.rankStepMilliseconds
            phase = .waiting(until: running + UInt64(rank) * step + jitter)
            return nil
        case .waiting(let until):
            guard running >= until, running >= quietUntil else { return nil }
            return probe(roundTrip: roundTrip, ownVoter: ownVoter, running: running)
        case .probing(let probing):
            if running >= probing.until { waitAgain(rank: rank, running: running) }
            return nil
        }
    }

    /// A voter would promise. Gives back whether a quorum would.
    mutating func grant(_ voter: Int, number: UInt64, quorum: Quorum) -> Bool {
        guard case .probing(var probing) = phase, probing.number == number else { return false }
        probing.grants.insert(voter)
        phase = .probing(probing)
        return quorum.isPhase1(probing.grants)
    }

    /// The candidacy failed: another try after a random while.
    mutating func waitAgain(rank: Int, running: UInt64) {
        let wait = heartbeat / 2 + random.next() % max(1, heartbeat)
        phase = .waiting(until: running + wait + UInt64(rank) * Limits.rankStepMilliseconds)
    }

    /// A Prepare leaves: its ballot, above all that was seen.
    mutating func campaign(replica: ReplicaID, incarnation: Incarnation) -> Ballot {
        phase = .listening
        electionsBegun += 1
        highestRound += 1
        return Ballot(round: highestRound, replica: replica, incarnation: incarnation)
    }

    // MARK: Rules

    /// Whether another candidate than `replica` has the promise, and still time to become a leader.
    func hasChosen(otherThan replica: ReplicaID, running: UInt64) -> Bool {
        guard let chosen, chosen.replica != replica else { return false }
        return running - chosen.at < timeout
    }

    /// Whether a leader is heard whose own quorum contact, by now, is not older than the time-out.
    func isLeaderLive(running: UInt64) -> Bool {
        guard let leader else { return false }
        return isLive(leader, running: running)
    }

    private func isLive(_ leader: HeardLeader, running: UInt64) -> Bool {
        !leader.isSuspect && leader.contactAge + (running - leader.heardAt) <= timeout
    }

    private mutating func probe(roundTrip: UInt64, ownVoter: Int, running: UInt64) -> UInt64 {
        hasGivenTime = false
        probeNumber += 1
        var grants = VoteSet()
        grants.insert(ownVoter)
        let until = running + max(4 * roundTrip, heartbeat)
        phase = .probing(Probing(number: probeNumber, grants: grants, until: until))
        return probeNumber
    }
}
