internal import EventLoops
internal import Observability
internal import Paxos
internal import Replication
internal import Transport

/// Peers come and go with the membership, which the log tells and the hellos of those who know a newer one. The
/// operator's list counts only before there is any.
extension PeerHub {
    /// Brings the sessions in line with the newest membership that is known here, if that is another one.
    func meetMembers() {
        guard !isStopping, let newest = replica.newestMembership, newest != met else { return }
        met = newest
        let seats = newest.membership.seats.filter { $0.replica != own }
        for seat in seats { meet(PeerAddress(seat)) }
        for session in sessions where !seats.contains(where: { $0.replica == session.replica }) {
            partFrom(session)
        }
    }

    private func meet(_ address: PeerAddress) {
        guard let session = session(of: address.replica) else {
            let session = add(address, isGuest: false)
            return dial(session)
        }
        if session.isGuest {
            session.isGuest = false
            session.metrics = metrics.peer(address.name)
            for dialer in session.dialers { dialer.dialAgain() }
        }
        if session.address != address {
            session.address = address
            session.metrics = metrics.peer(address.name)
            logger.info(
                "a peer is found elsewhere, or has a name",
                ["peer": "\(address.name)", "urls": "\(address.urls)"])
        }
        dial(session)
    }

    /// The peer is no member any more. It may have to hear that, and others may need what it accepted: the
    /// connection stays as long as it holds (P24).
    private func partFrom(_ session: PeerSession) {
        guard !session.isGuest else { return }
        session.isGuest = true
        logger.info("a peer has left the membership", ["peer": "\(session.address.name)"])
        for dialer in session.dialers { dialer.dialNoMore() }
        forgetIfGone(session)
    }

    func add(_ address: PeerAddress, isGuest: Bool) -> PeerSession {
        // Guests share their instruments: anybody can be one for a moment.
        let session = PeerSession(
            address: address, metrics: metrics.peer(isGuest ? Self.guestName : address.name),
            isGuest: isGuest, now: loop.turnTime)
        sessions.append(session)
        return session
    }

    /// Somebody has called whom this node does not know: a member of a newer membership, or of an older one.
    func addGuest(_ replica: ReplicaID) -> PeerSession? {
        let guests = sessions.filter(\.isGuest).count
        guard replica != own, guests < Limits.guestsMax else { return nil }
        return add(PeerAddress(replica: replica, name: "", urls: []), isGuest: true)
    }

    /// A guest without a lane is nobody.
    func forgetIfGone(_ session: PeerSession) {
        guard session.isGuest, session.lanes.isEmpty else { return }
        session.stopDialing()
        session.metrics.state = .down
        sessions.removeAll { $0 === session }
    }

    private static let guestName = "guest"

    // MARK: Who dials

    /// Of each pair the replica with the lower id dials.
    func dial(_ session: PeerSession) {
        if own < session.replica { open(session) }
    }

    /// The other one dials, too, when nobody has called for a while: a node that was away when the members
    /// changed may know where they are, and they may not know that it is there.
    func dialTheSilent() {
        let now = loop.turnTime
        let patience = Limits.silenceMilliseconds * 1_000_000
        for session in sessions
        where !session.isConnected && now - session.isAloneSince > patience {
            open(session)
        }
    }

    private func open(_ session: PeerSession) {
        guard isStarted, !isStopping, !session.isGuest, session.dialers.isEmpty,
            !session.address.urls.isEmpty
        else { return }
        session.expressDialer = dialer(.express, of: session)
        session.bulkDialer = dialer(.bulk, of: session)
        for dialer in session.dialers { dialer.dial() }
    }
}

extension PeerSession {
    var replica: ReplicaID { address.replica }
}
