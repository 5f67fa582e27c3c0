/// Linearizable reads (P17): a leader asks a quorum "do I still lead?" after the read arrived; a follower
/// asks its leader for the read slot. One question is under way at a time, all reads that come meanwhile
/// join the next one. Numbers are never used twice.
///
/// Waiting reads cost no memory each: a replica's reads are numbered upwards, and a peer has one request.
struct ReadBarrier: Sendable {
    /// Reads that a question answers: this replica's up to `local`, and one request per peer, by place.
    struct Reads: Equatable, Sendable {
        var local: UInt64?
        var remote: [Message.ReadRequest?]

        init(peerCount: Int) { remote = Array(repeating: nil, count: peerCount) }

        var isEmpty: Bool { local == nil && remote.allSatisfy { $0 == nil } }

        mutating func join(_ other: Reads) {
            if let number = other.local { local = max(local ?? 0, number) }
            for index in remote.indices where remote[index] == nil {
                remote[index] = other.remote[index]
            }
        }
    }

    /// A leader's question to the quorum.
    struct Round: Equatable, Sendable {
        let number: UInt64
        /// The leader's decided prefix when the round began.
        let slot: Slot
        let startedAt: UInt64
        var votes: VoteSet
        let reads: Reads
    }

    /// A follower's question to the leader.
    struct Request: Equatable, Sendable {
        let counter: UInt64
        let receiver: ReplicaID
        let sentAt: UInt64
        let reads: Reads
    }

    private enum Question: Equatable, Sendable {
        case none
        case round(Round)
        case request(Request)
    }

    // MARK: State

    private var waiting: Reads
    private var waitingIsEmpty = true
    private var question = Question.none
    private(set) var lastNumber: UInt64 = 0
    /// How many questions were asked, for eyes.
    private(set) var asked: UInt64 = 0
    private let injectedBug: PaxosBug?

    init(peerCount: Int, injectedBug: PaxosBug? = nil) {
        self.injectedBug = injectedBug
        waiting = Reads(peerCount: peerCount)
    }

    var hasWaiting: Bool { !waitingIsEmpty }
    var isAsking: Bool { question != .none }

    /// When the question under way was asked.
    var askedAt: UInt64? {
        switch question {
        case .none: nil
        case .round(let round): round.startedAt
        case .request(let request): request.sentAt
        }
    }

    // MARK: Inputs

    mutating func read(_ number: UInt64) {
        waiting.local = max(waiting.local ?? 0, number)
        waitingIsEmpty = false
    }

    /// A peer's request takes the place of its earlier one: its reads are the same and more.
    mutating func receive(_ request: Message.ReadRequest, peer: Int) {
        waiting.remote[peer] = request
        waitingIsEmpty = false
    }

    /// A round for all waiting reads, with a new number. `ownVoter` has said yes.
    mutating func beginRound(slot: Slot, ownVoter: Int?, running: UInt64) -> Round {
        precondition(question == .none, "one question at a time")
        var votes = VoteSet()
        if let ownVoter { votes.insert(ownVoter) }
        let round = Round(
            number: nextNumber(), slot: slot, startedAt: running, votes: votes, reads: takeWaiting()
        )
        question = .round(round)
        return round
    }

    /// A request to the leader for all waiting reads, with a new counter.
    mutating func beginRequest(to receiver: ReplicaID, running: UInt64) -> Request {
        precondition(question == .none, "one question at a time")
        let request = Request(
            counter: nextNumber(), receiver: receiver, sentAt: running, reads: takeWaiting())
        question = .request(request)
        return request
    }

    /// A voter says yes to a round. Gives back the round when that makes a quorum.
    mutating func vote(_ voter: Int, number: UInt64, quorum: Quorum) -> Round? {
        guard case .round(var round) = question,
            round.number == number || injectedBug == .oldRoundConfirmsNewRead
        else { return nil }
        round.votes.insert(voter)
        question = .round(round)
        return settleRound(by: quorum)
    }

    /// The round under way if a quorum has said yes; it is over then.
    mutating func settleRound(by quorum: Quorum) -> Round? {
        guard case .round(let round) = question,
            quorum.isPhase2(round.votes) || injectedBug == .leaderReadWithoutQuorum
        else { return nil }
        question = .none
        return round
    }

    /// The leader's answer to the newest request; answers to older ones say nothing any more.
    mutating func receive(counter: UInt64) -> Request? {
        guard case .request(let request) = question, request.counter == counter else { return nil }
        question = .none
        return request
    }

    /// Whatever was asked will not be answered, or too late: its reads wait again, for a new number.
    mutating func abandon() {
        switch question {
        case .none: return
        case .round(let round): waiting.join(round.reads)
        case .request(let request): waiting.join(request.reads)
        }
        question = .none
        waitingIsEmpty = waiting.isEmpty
    }

    /// The peers are others now: whatever was asked is asked again, and peers' requests are dropped.
    mutating func resize(peerCount: Int) {
        abandon()
        waiting.remote = Array(repeating: nil, count: peerCount)
        waitingIsEmpty = waiting.isEmpty
    }

    /// Peers' requests are dropped: their origins ask again.
    mutating func dropRemote() {
        for index in waiting.remote.indices { waiting.remote[index] = nil }
        waitingIsEmpty = waiting.isEmpty
    }

    // MARK: Rules

    private mutating func nextNumber() -> UInt64 {
        lastNumber += 1
        asked += 1
        return lastNumber
    }

    private mutating func takeWaiting() -> Reads {
        let reads = waiting
        waiting = Reads(peerCount: reads.remote.count)
        waitingIsEmpty = true
        return reads
    }
}
