internal import Basics
internal import Observability
package import Paxos
package import PaxosCodec
internal import StateMachine
internal import WriteAheadLog

/// What the connections to the peers call.
extension Replica {
    /// What this node says first on a connection to `peer`.
    package func hello(to peer: ReplicaID) -> Hello {
        var hello = Hello.introduction(
            of: configuration, incarnation: identity.incarnation, log: log,
            genesis: genesis, governing: governing, cluster: clusterID)
        // Of the life that may vote, lest an old copy of it comes back after another life was heard.
        let seat = membership?.seat(of: peer)
        hello.remembered =
            seat?.incarnation.flatMap { peers.memory(of: peer, $0) } ?? peers.newestMemory(of: peer)
        return hello
    }

    /// A peer said hello. The text says why the connection must be closed; nil if it may stay.
    package func receive(_ hello: Hello) -> String? {
        if let reason = namesake(hello) {
            marks.hit(.peerRefused)
            return reason
        }
        let knewItsLife = peers.hello(of: hello.replica)?.incarnation == hello.incarnation
        if let core { formation.note(promised: core.promised, accepted: core.highestAccepted) }
        let orders = formation.receive(
            hello, genesis: hello.genesisMembership,
            memory: peers.memory(of: hello.replica, hello.incarnation))
        for case .refuse(let reason) in orders {
            marks.hit(.peerRefused)
            logger.warning(
                "a peer was refused",
                ["peer": "\(hexadecimal(hello.replica.rawValue))", "why": "\(reason)"])
            return reason
        }
        peers.note(hello, members: membership)
        keepGenesis(of: hello)
        follow(orders)
        if !knewItsLife { link?.sayHelloAgain() }
        return nil
    }

    /// Somebody else than the peer that was dialed lives at its address, and says hello: perhaps the one that took
    /// its place, who knows newer members. A node that was away while all that it knew left finds the others so.
    package func receive(helloOfAnother hello: Hello) {
        guard let clusterID, hello.cluster == clusterID, let theirs = hello.governing
        else { return }
        follow(formation.govern(theirs))
    }

    /// Messages of one frame.
    package func receive(_ messages: [Message], from sender: Input.Sender) {
        // News that a connection was lost may come when there is another one already.
        if !peers.isConnected(sender.replica) {
            peers.noteConnected(sender.replica, nowMilliseconds: clockMilliseconds())
        }
        for message in messages where isWellFormed(message, from: sender) {
            if case .host(let host) = message {
                receive(host.payload, from: sender.replica)
                continue
            }
            peers.note(message, from: sender)
            noteAsking(message, from: sender.replica)
            step(.received(message, from: sender))
        }
    }

    /// A peer whose clients wait for what is decided is told of it at once.
    private func noteAsking(_ message: Message, from peer: ReplicaID) {
        switch message {
        case .forward, .readRequest:
            outbound.noteAsking(peer, nowMilliseconds: clockMilliseconds())
        default: break
        }
    }

    /// A forwarded bundle that this version cannot read would be a slot that nobody can apply.
    private func isWellFormed(_ message: Message, from sender: Input.Sender) -> Bool {
        guard case .forward(let forward) = message else { return true }
        guard let error = forward.bundle.withUnsafeBytes(CommandBundle.check) else { return true }
        logger.warning(
            "a forwarded bundle was not taken",
            ["peer": "\(hexadecimal(sender.replica.rawValue))", "why": "\(error)"])
        return false
    }

    /// A connection to the peer is up, both hellos said.
    package func connected(_ peer: ReplicaID) {
        peers.noteConnected(peer, nowMilliseconds: clockMilliseconds())
        step(.connected(peer))
        if leaderBallot?.replica == peer { sendUnansweredAgain() }
    }

    /// No connection to the peer is left: a hint, never a proof.
    package func disconnected(_ peer: ReplicaID) {
        peers.noteDisconnected(peer)
        step(.disconnected(peer))
    }

    /// Does what the rules of formation order.
    func follow(_ orders: [Formation.Order]) {
        for order in orders {
            switch order {
            case .adopt(let membership, let cluster): adopt(membership, cluster)
            case .begin: begin()
            case .refuse: break
            case .report(let sentence):
                marks.hit(.formationReported)
                logger.error(sentence)
            case .inform(let sentence): logger.warning(sentence)
            case .beginNewLife(let sentence): beginNewLife(sentence)
            }
        }
    }

    /// A membership to begin with, and what waits until it is durable.
    struct Genesis {
        let membership: Membership
        let cluster: ClusterID
        /// Enough peers were heard: the core is born as soon as the genesis is durable.
        var isBeginning = false
    }

    /// The genesis is made durable before anybody hears of it (P4).
    private func adopt(_ genesis: Membership, _ cluster: ClusterID) {
        precondition(core == nil && comingGenesis == nil, "a cluster is formed once")
        comingGenesis = Genesis(membership: genesis, cluster: cluster)
        log.append([.configuration(slot: .zero, membership: genesis)], boxNumber: 1)
        requestTurn()
    }

    /// The genesis is durable.
    func completeGenesis() {
        guard let genesis = comingGenesis else { return }
        comingGenesis = nil
        self.genesis = genesis.membership
        governing = GoverningMembership(slot: .zero, membership: genesis.membership)
        noteMember()
        clusterID = genesis.cluster
        identity.cluster = genesis.cluster
        saveIdentity(identity)
        log.joined(genesis.cluster)
        machine.applyGenesis(genesis.membership)
        logger.info(
            "the cluster is formed", ["cluster": "\(hexadecimal(genesis.cluster.rawValue))"])
        link?.sayHelloAgain()
        if genesis.isBeginning { begin() }
    }

    /// A directory that has kept its base in another life, and not the log, hears from others what the cluster began
    /// with: newcomers want to hear it from any member.
    private func keepGenesis(of hello: Hello) {
        guard genesis == nil, comingGenesis == nil, let clusterID, hello.cluster == clusterID,
            let theirs = hello.genesisMembership
        else { return }
        genesis = theirs
        // The first box is before all of the core's. A core that is there already hears it again after a restart.
        guard core == nil else { return }
        log.append([.configuration(slot: .zero, membership: theirs)], boxNumber: 1)
    }

    private func begin() {
        if comingGenesis != nil {
            comingGenesis?.isBeginning = true
            return
        }
        guard let membership, core == nil else { return }
        var knobs = Configuration(
            replica: configuration.replica, incarnation: identity.incarnation, boot: log.boot,
            seed: configuration.seed)
        knobs.electionTimeoutMilliseconds = configuration.electionTimeoutMilliseconds
        knobs.heartbeatMilliseconds = configuration.heartbeatMilliseconds
        configuration.tuneCore(&knobs)
        knobs.injectedBug = configuration.injectedBug?.paxos
        core = PaxosCore(
            configuration: knobs, state: durableState ?? DurableState(membership: membership),
            nowMilliseconds: clockMilliseconds())
        for seat in membership.seats where peers.isConnected(seat.replica) {
            step(.connected(seat.replica))
        }
        for stranger in peers.connectedPeers where membership.seat(of: stranger) == nil {
            step(.connected(stranger))
        }
        // Reads that came before there was a core were numbered already.
        if reads.lastNumber > 0 {
            marks.hit(.readsBeforeCore)
            step(.read(number: reads.lastNumber))
        }
        logger.info(
            membership.isVoter(configuration.replica, identity.incarnation)
                ? "ready to vote" : "following without a vote")
        requestTurn()
    }

    /// Keeps what peers were heard to say for the log's next state batch (P6).
    func rememberPeers() {
        for memory in peers.memories { log.remember(memory) }
    }
}
