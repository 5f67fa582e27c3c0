internal import Basics
internal import EtcdMessages
internal import Paxos
internal import Protobuf
package import StateMachine

/// Leases as clients meet them (P27): any node takes a renewal, the leader decides, after a read round that began
/// when it had come. So whoever was told that a lease lasts can rely on it: no leader of before or after revokes it
/// sooner.
extension Replica {
    /// Gives a lease its full time again. The completion is called once.
    package func renew(lease id: Int64, completion: @escaping (LeaseResult) -> Void) {
        ask(LeaseInquiry.Item(id: id, purpose: .renewal), completion)
    }

    /// Asks how long a lease lasts, without renewing it. The completion is called once.
    package func remainingTime(ofLease id: Int64, completion: @escaping (LeaseResult) -> Void) {
        ask(LeaseInquiry.Item(id: id, purpose: .remaining), completion)
    }

    /// An id for a lease whose client leaves that to the server: positive, drawn by chance. `session` gives each try
    /// of one command the same.
    package func drawLeaseID(for session: ClientSession?) -> Int64 {
        var drawn: UInt64 = 0
        if let session {
            var random = SeededRandom(seed: session.id)
            drawn = random.next() ^ session.sequence &* 0x9e37_79b9_7f4a_7c15
        } else {
            drawn = memberIDs.next()
        }
        return max(1, Int64(drawn >> 1))
    }

    /// The shortest time that a lease can have, in seconds, by the time that a change of the leader takes: as etcd's.
    package var leaseSecondsMin: Int64 {
        Int64((configuration.electionTimeoutMilliseconds * 3 / 2 + 999) / 1000)
    }

    private func ask(_ item: LeaseInquiry.Item, _ completion: @escaping (LeaseResult) -> Void) {
        if isStopping { return completion(.refused(.stopping)) }
        if let reason = reasonNotToServe { return completion(.refused(.notReady(reason))) }
        guard leases.waitingCount < Limits.leaseCallsWaiting else {
            return completion(.refused(.tooManyRequests))
        }
        leases.waitingCount += 1
        leases.arriving.append(
            LeaseDesk.Waiting(
                item: item,
                deadlineMilliseconds: clockMilliseconds()
                    + configuration.requestTimeoutMilliseconds,
                completion: completion))
    }

    // MARK: Asking the leader

    /// With the end of a turn, before the turn's reads get their number: what came is given to the leader, or to this
    /// node itself if it leads. Without a leader it waits.
    func closeLeaseInquiries() {
        guard canAskAboutLeases, let leader = leaderBallot?.replica else { return }
        var rest = leases.arriving[...]
        leases.arriving = []
        while !rest.isEmpty {
            var part = Array(rest.prefix(Limits.leasesPerInquiry))
            rest = rest.dropFirst(part.count)
            for place in part.indices { part[place].wasAsked = true }
            give(part, to: leader)
        }
    }

    /// Whether somebody asks, and there is a leader to be asked.
    var canAskAboutLeases: Bool {
        !leases.arriving.isEmpty && leaderBallot != nil && core != nil
    }

    private func give(_ waiting: [LeaseDesk.Waiting], to leader: ReplicaID) {
        let inquiry = LeaseInquiry(items: waiting.map(\.item))
        let number = leases.nextNumber()
        leases.asked.append(
            LeaseDesk.Asked(
                number: number, atMilliseconds: clockMilliseconds(), waiting: waiting))
        guard leader == configuration.replica else {
            link?.send(.leaseInquiry(number: number, inquiry), to: leader)
            return
        }
        answer(inquiry) { [unowned self] in finishInquiry(number, $0) }
    }

    /// The leader has answered.
    func finishInquiry(_ number: UInt64, _ answers: [LeaseAnswer]) {
        guard let waiting = leases.takeAsked(number), waiting.count == answers.count else { return }
        let retryAt = clockMilliseconds() + Limits.leasePauseMilliseconds
        for (var waiting, answer) in zip(waiting, answers) {
            switch answer {
            case .lasts(let seconds): end(waiting, .lasts(seconds))
            case .unknown: end(waiting, .unknown)
            case .later:
                waiting.notBeforeMilliseconds = retryAt
                leases.paused.append(waiting)
            }
        }
    }

    private func end(_ waiting: LeaseDesk.Waiting, _ result: LeaseResult) {
        leases.waitingCount -= 1
        waiting.completion(result)
    }

    /// There is another leader: what was asked of the old one is asked again.
    func askAboutLeasesAgain() { leases.askAgain(whatWasAskedBefore: .max) }

    /// This node stops.
    func endLeaseInquiries() {
        for waiting in leases.takeAll() { end(waiting, .refused(.stopping)) }
    }

    /// Time passed: who waited too long is told, what was lost on its way is asked again, and what is over ends.
    func tickLeases(_ nowMilliseconds: UInt64) {
        if leases.waitingCount > 0 {
            leases.endPauses(nowMilliseconds)
            if nowMilliseconds > Limits.leaseRetryMilliseconds {
                leases.askAgain(
                    whatWasAskedBefore: nowMilliseconds - Limits.leaseRetryMilliseconds)
            }
            for waiting in leases.takeExpired(nowMilliseconds) {
                end(waiting, waiting.wasAsked ? .timedOut : .refused(.noLeader))
            }
        }
        expireLeases(nowMilliseconds)
    }
}
