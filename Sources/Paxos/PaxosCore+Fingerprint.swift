internal import Basics

/// For those who explore all histories of small groups: two cores with equal fingerprints do the same from
/// here on, as far as slots are concerned.
///
/// Of time only ages count, up to the longest that the rules ask for, because every rule compares two
/// readings; of the numbers of boxes only what waits before each. Left out is what decides only when a probe, a
/// heartbeat, a read or a copy of an Accept leaves: jitter, round trips, ranks, flows, numbers of heartbeats;
/// and marks, which decide nothing.
extension PaxosCore {
    /// Stands for everything that decides what this core will do about slots.
    ///
    /// - Parameter waiting: the numbers that the disk will report durable one after another, in order.
    public func fingerprint(waiting: [UInt64]) -> UInt64 {
        var fingerprint = StateFingerprint()
        let place = { (box: UInt64) in UInt64(waiting.count { $0 < box } + 1) }
        let distance = { (box: UInt64) in box <= outbox.durableBox ? 0 : place(box) }
        fingerprint.add(isHalted)
        for role in Role.allCases { fingerprint.add(lives.has(role)) }
        addAcceptor(to: &fingerprint, distance)
        addLearner(to: &fingerprint)
        addProposer(to: &fingerprint, distance)
        addLeader(to: &fingerprint, distance)
        addRest(to: &fingerprint)
        fingerprint.add(distance(outbox.emittedBox))
        return fingerprint.value
    }

    /// The longest age that a rule asks for is twice the time-out.
    private func age(_ since: UInt64?) -> UInt64 {
        guard let since else { return .max }
        return min(clock.running - min(clock.running, since), 2 * timeout + 1)
    }

    private func left(_ until: UInt64?) -> UInt64 {
        guard let until else { return .max }
        return until > clock.running ? until - clock.running : 0
    }

    /// How many reports of the disk a box waits for.
    private typealias Distance = (UInt64) -> UInt64

    private func addAcceptor(to fingerprint: inout StateFingerprint, _ distance: Distance) {
        fingerprint.add(acceptor.promised)
        // Only the promise of now can still be asked for again.
        fingerprint.add(acceptor.promisedAtBirth == acceptor.promised)
        fingerprint.add(acceptor.values.last)
        var slot = acceptor.values.base
        while slot < acceptor.values.last {
            slot = slot.next
            guard let entry = acceptor.values[slot] else { continue }
            fingerprint.add(slot)
            fingerprint.add(entry.ballot)
            fingerprint.add(entry.value)
            fingerprint.add(distance(entry.box))
        }
        fingerprint.add(acceptor.durablePrefix)
        for index in 0..<acceptor.prefixMarks.count {
            fingerprint.add(distance(acceptor.prefixMarks[index].box))
            fingerprint.add(acceptor.prefixMarks[index].slot)
        }
    }

    private func addLearner(to fingerprint: inout StateFingerprint) {
        fingerprint.add(learner.decidedUpTo)
        fingerprint.add(learner.tail.base)
        var slot = learner.tail.base
        while slot < learner.tail.last {
            slot = slot.next
            if let value = learner.tail[slot] { fingerprint.add(value) }
        }
        fingerprint.add(learner.watermark.ballot)
        fingerprint.add(learner.watermark.upTo)
        slot = learner.waiting.base
        while slot < learner.waiting.last {
            slot = slot.next
            guard let value = learner.waiting[slot] else { continue }
            fingerprint.add(slot)
            fingerprint.add(value)
        }
        for mark in learner.marks {
            fingerprint.add(mark.ballot)
            fingerprint.add(mark.upTo)
        }
        fingerprint.add(learner.logTimeMilliseconds)
    }

    private func addProposer(to fingerprint: inout StateFingerprint, _ distance: Distance) {
        fingerprint.add(proposer != nil)
        guard let proposer else { return }
        fingerprint.add(proposer.ballot)
        fingerprint.add(proposer.fromSlot)
        fingerprint.add(distance(proposer.ownBox))
        fingerprint.add(left(proposer.deadline))
        proposer.add(to: &fingerprint)
    }

    private func addLeader(to fingerprint: inout StateFingerprint, _ distance: Distance) {
        fingerprint.add(leader != nil)
        guard let leader else { return }
        fingerprint.add(leader.ballot)
        fingerprint.add(leader.leadSlot)
        fingerprint.add(leader.lastSlot)
        fingerprint.add(leader.isClosed)
        fingerprint.add(leader.announcedUpTo)
        fingerprint.add(leader.logTimeMilliseconds)
        fingerprint.add(leader.logTimeAtLead)
        fingerprint.add(clock.now - min(clock.now, leader.leadAt))
        fingerprint.add(leader.handOver != nil)
        fingerprint.add(leader.open.base)
        var slot = leader.open.base
        while slot < leader.open.last {
            slot = slot.next
            guard let entry = leader.open[slot] else { continue }
            fingerprint.add(slot)
            fingerprint.add(entry.value)
            fingerprint.add(entry.votes.bits)
        }
        for index in 0..<leader.ownRuns.count {
            fingerprint.add(distance(leader.ownRuns[index].box))
            fingerprint.add(leader.ownRuns[index].first)
            fingerprint.add(leader.ownRuns[index].last)
        }
    }

    private func addRest(to fingerprint: inout StateFingerprint) {
        fingerprint.add(election.highestRound)
        let isLive = election.isLeaderLive(running: clock.running)
        fingerprint.add(isLive)
        if isLive, let heard = election.leader {
            fingerprint.add(heard.ballot)
            fingerprint.add(heard.contactAge + age(heard.heardAt))
        }
        for peer in peers.indices {
            fingerprint.add(peers[peer].decidedUpTo)
            fingerprint.add(age(peers[peer].answeredAt))
        }
        fingerprint.add(configurationSlot)
        fingerprint.add(truncatedUpTo)
        fingerprint.add(lacksBase)
        fingerprint.add(removedBy ?? .zero)
        fingerprint.add(change?.slot ?? .zero)
        fingerprint.add(left(prepareAgainAt))
        fingerprint.add(age(preparedAgainAt))
        catchUp.add(to: &fingerprint, age: age)
        queue.add(to: &fingerprint)
        fingerprint.add(outbox.logIsIdle)
    }
}
