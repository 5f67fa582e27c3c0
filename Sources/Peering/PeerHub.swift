internal import Basics
package import EventLoops
internal import GRPC
internal import HTTP
package import Observability
package import Paxos
internal import PaxosCodec
package import Replication
package import TLS
package import Transport

/// The connections to all peers: two lanes per pair, long-lived bidirectional gRPC streams with frames
/// that carry a checksum. Of each pair the replica with the lower id dials.
package final class PeerHub: PeerLink {
    let loop: EventLoop
    unowned let replica: Replica
    let own: ReplicaID
    let metrics: ServerMetrics
    let logger: Logger
    var sessions: [PeerSession] = []
    /// The membership that the sessions are those of; nil while they are the operator's list.
    var met: GoverningMembership?
    /// What this node shows to peers that want TLS, and whom it believes; nil if it can speak none. Another one
    /// counts from the next attempt on.
    package var tls: TLSContext?
    private var random: SeededRandom
    private(set) var isStarted = false
    private(set) var isStopping = false

    /// - Parameter peers: whom to meet while no membership is known here.
    package init(
        loop: EventLoop, replica: Replica, own: ReplicaID, peers: [PeerAddress],
        metrics: ServerMetrics, logger: Logger, seed: UInt64
    ) {
        self.loop = loop
        self.replica = replica
        self.own = own
        self.metrics = metrics
        self.logger = logger
        random = SeededRandom(seed: seed)
        for peer in peers where replica.newestMembership == nil { _ = add(peer, isGuest: false) }
    }

    /// Answers peers that dial, on the peer port's router.
    package func register(on router: Router) {
        for kind in LaneKind.allCases {
            router.register(stream: kind.path, maxMessageBytes: Limits.frameBytesMax) {
                [weak self] stream in self?.take(stream, kind)
            }
        }
        router.register(unary: SeatInquiry.path) { [weak self] call, _ in
            guard let self else { return }
            let hello = replica.hello(to: SeatInquiry.asker).encode()
            call.reply(size: hello.count) { $0.copyBytes(from: hello) }
        }
    }

    /// Begins to dial the peers that this node must dial.
    package func start() {
        isStarted = true
        meetMembers()
        for session in sessions { dial(session) }
    }

    package func stop() {
        isStopping = true
        for session in sessions {
            session.stopDialing()
            for lane in session.lanes { lane.close("stopping") }
        }
    }

    /// Brings the gauges of the peers' states up to date, looks after those that do not call, and gives up
    /// connections on which nothing comes any more; call it a few times a second.
    package func report() {
        if isStarted { dialTheSilent() }
        closeSilentLanes()
        let heard = replica.status.peers
        for session in sessions {
            let peer = heard.first { $0.id == session.replica.rawValue }
            session.metrics.state = PeerState(peer?.condition ?? .down)
        }
    }

    /// After a network was cut, TCP tries again in ever longer intervals, and would for as long as the cut
    /// lasted; a new connection is there as soon as the network is.
    private func closeSilentLanes() {
        let timeouts = Limits.silentTimeouts * replica.configuration.electionTimeoutMilliseconds
        let milliseconds = max(Limits.silenceMillisecondsMin, timeouts)
        for session in sessions
        where session.isSilent(forMilliseconds: milliseconds, at: loop.turnTime) {
            for lane in session.lanes { close(lane, of: session, "nothing was heard for too long") }
        }
    }

    /// How a peer port is served: strangers may call, and must not use it up.
    package static func serverConfiguration(
        addresses: [ServerConfiguration.Address]
    ) -> ServerConfiguration {
        var server = ServerConfiguration(addresses: addresses)
        server.http2 = .peers
        server.connectionsMax = Limits.connectionsMax
        server.unusedMilliseconds = Limits.unusedMilliseconds
        server.keepAlive.intervalMilliseconds = Limits.pingMilliseconds
        server.keepAlive.timeoutMilliseconds = Limits.pingTimeoutMilliseconds
        server.inputBytesPerConnectionMax = Limits.connectionBytesMax
        server.outputBytesPerConnectionMax = Limits.connectionBytesMax
        return server
    }

    // MARK: PeerLink

    package func send(_ messages: [Message], to peer: ReplicaID) {
        guard let session = session(of: peer), session.isConnected else { return }
        let now = loop.turnTime
        var largeCount = 0
        for message in messages {
            session.noteSent(message, at: now)
            if isLarge(message) { largeCount += 1 }
        }
        // Mostly all are small: one frame, from the messages as they are.
        let express = largeCount == 0 ? messages : messages.filter { !isLarge($0) }
        send(express, on: session.lane(forByteCount: 0), of: session)
        if largeCount > 0 {
            send(messages.filter(isLarge), on: session.lane(forByteCount: .max), of: session)
        }
    }

    private func isLarge(_ message: Message) -> Bool {
        message.byteCountEstimate > Limits.expressMessageBytes
    }

    package func send(_ note: PeerNote, to peer: ReplicaID) {
        session(of: peer)?.lane(forByteCount: 0)?.send(LaneMessage.encode(note))
    }

    package func sayHelloAgain() {
        meetMembers()
        for session in sessions {
            let hello = LaneMessage.encode(replica.hello(to: session.replica))
            for lane in session.lanes where lane.isOpen { lane.say(hello) }
        }
    }

    /// Sends messages in frames of bounded size. A lane that is full drops them: the core expects
    /// loss, and memory stays bounded.
    private func send(_ messages: [Message], on lane: Lane?, of session: PeerSession) {
        guard let lane, !messages.isEmpty else { return }
        let header = replica.frameHeader
        var first = 0
        while first < messages.count, !lane.isFull {
            var byteCount = messages[first].byteCountEstimate
            var end = first + 1
            while end < messages.count, byteCount < Limits.frameBytes {
                byteCount += messages[end].byteCountEstimate
                end += 1
            }
            let isWhole = first == 0 && end == messages.count
            let frame = LaneMessage.encode(
                header, isWhole ? messages : Array(messages[first..<end]))
            session.metrics.sentBytes.increment(by: UInt64(frame.count))
            lane.send(frame)
            first = end
        }
        if first < messages.count { session.metrics.sendFailures.increment() }
    }

    // MARK: Lanes

    func dialer(_ kind: LaneKind, of session: PeerSession) -> LaneDialer {
        LaneDialer(
            loop: loop, urls: session.address.urls, kind: kind,
            random: SeededRandom(seed: random.next()), tls: { [weak self] in self?.tls }
        ) { [weak self, weak session] lane, stream in
            guard let self, let session else { return }
            stream.onMessage = { [weak self] bytes in self?.receive(bytes, on: lane, of: session) }
            stream.onClose = { [weak self] status in self?.ended(lane, of: session, status) }
            lane.say(LaneMessage.encode(replica.hello(to: session.replica)))
            awaitHello(on: lane) { [weak self, weak session] lane, reason in
                if let self, let session { close(lane, of: session, reason) }
            }
        }
    }

    /// Whoever says no hello is not waited for: nobody may be there, or somebody who wants nothing.
    private func awaitHello(on lane: Lane, _ giveUp: @escaping (Lane, String) -> Void) {
        loop.schedule(afterMilliseconds: Limits.helloMilliseconds) { [weak lane] in
            if let lane, !lane.isOpen, !lane.isClosed { giveUp(lane, "no hello came in time") }
        }
    }

    /// A peer has dialed; who it is, its hello says.
    private func take(_ stream: ServerStream, _ kind: LaneKind) {
        let lane = Lane(kind, taken: stream)
        var session: PeerSession?
        stream.onMessage = { [weak self] bytes in
            guard let self else { return }
            session = session ?? introduce(bytes, on: lane)
            if let session { receive(bytes, on: lane, of: session) }
        }
        stream.onHalfClose = { [weak self] in
            let reason = "the peer has ended the stream"
            guard let self, let session else { return lane.close(reason) }
            close(lane, of: session, reason)
        }
        awaitHello(on: lane) { lane, reason in lane.close(reason) }
        stream.onCancel = { [weak self] in
            lane.noteEnd()
            if let self, let session { ended(lane, of: session, .ok) }
        }
    }

    /// Finds the session of a peer that has dialed, by its first message, and answers its hello. Whether the
    /// peer may stay, its hello decides.
    private func introduce(_ bytes: UnsafeRawBufferPointer, on lane: Lane) -> PeerSession? {
        guard case .hello(let hello) = try? LaneMessage.decode(bytes),
            let session = session(of: hello.replica) ?? addGuest(hello.replica)
        else {
            lane.close("the first message must be the hello of a peer")
            return nil
        }
        lane.say(LaneMessage.encode(replica.hello(to: hello.replica)))
        return session
    }

    private func receive(
        _ bytes: UnsafeRawBufferPointer, on lane: Lane, of session: PeerSession
    ) {
        guard !lane.isClosed else { return }
        session.metrics.receivedBytes.increment(by: UInt64(bytes.count))
        do throws(FrameError) {
            switch try LaneMessage.decode(bytes) {
            case .hello(let hello): receive(hello, on: lane, of: session)
            case .frame(let frame): try receive(frame: frame, on: lane, of: session)
            case .note(let note): if lane.isOpen { replica.receive(note, from: session.replica) }
            }
        } catch {
            session.metrics.receiveFailures.increment()
            logger.warning(
                "a peer's message was not taken",
                ["peer": "\(session.address.name)", "why": "\(error)"])
            close(lane, of: session, "message not taken: \(error)")
        }
    }

    private func receive(_ hello: Hello, on lane: Lane, of session: PeerSession) {
        guard hello.replica == session.replica else {
            replica.receive(helloOfAnother: hello)
            meetMembers()
            return close(lane, of: session, "the hello of another member")
        }
        if let reason = replica.receive(hello) { return close(lane, of: session, reason) }
        // The one that is to dial does: the other one's attempts are over.
        if !lane.isDialed, session.replica < own { session.stopDialing() }
        let wasConnected = session.isConnected
        if lane.hello == nil { repeatHello(on: lane, to: session.replica) }
        lane.hello = hello
        session.adopt(lane, now: loop.turnTime)
        // It may have left the membership by its own word, a moment ago.
        if self.session(of: session.replica) == nil { sessions.append(session) }
        session.dialer(of: lane.kind)?.succeeded()
        meetMembers()
        if !wasConnected, session.isConnected {
            logger.info("connected", ["peer": "\(session.address.name)"])
            replica.connected(session.replica)
        }
    }

    /// What was said when this node dialed may be true no more.
    private func repeatHello(on lane: Lane, to peer: ReplicaID) {
        let hello = LaneMessage.encode(replica.hello(to: peer))
        if lane.said != hello { lane.say(hello) }
    }

    private func receive(
        frame bytes: UnsafeRawBufferPointer, on lane: Lane, of session: PeerSession
    ) throws(FrameError) {
        guard let hello = lane.hello, let cluster = replica.clusterID else { return }
        let frame = try PeerFrame.decode(bytes, cluster: cluster)
        let isItself =
            frame.header.replica == hello.replica && frame.header.incarnation == hello.incarnation
        guard isItself, frame.header.group == .standard else {
            return close(lane, of: session, "a frame of another replica or group")
        }
        let now = loop.turnTime
        session.noteFrame(at: now)
        for message in frame.messages { session.noteReceived(message, at: now) }
        replica.receive(
            frame.messages,
            from: Input.Sender(
                replica: frame.header.replica, incarnation: frame.header.incarnation))
    }

    private func close(_ lane: Lane, of session: PeerSession, _ reason: String) {
        lane.close(reason)
        ended(lane, of: session, GRPCStatus(.failedPrecondition, reason))
    }

    private func ended(_ lane: Lane, of session: PeerSession, _ status: GRPCStatus) {
        lane.noteEnd()
        let hasLostExpress = session.remove(lane, now: loop.turnTime)
        if lane.isDialed { session.dialer(of: lane.kind)?.streamEnded() }
        if !isStopping { forgetIfGone(session) }
        guard hasLostExpress, !isStopping else { return }
        logger.warning(
            "disconnected", ["peer": "\(session.address.name)", "why": "\(status.message)"])
        replica.disconnected(session.replica)
    }

    func session(of replica: ReplicaID) -> PeerSession? {
        sessions.first { $0.replica == replica }
    }
}

extension PeerState {
    fileprivate init(_ condition: ReplicaStatus.PeerCondition) {
        switch condition {
        case .up: self = .up
        case .suspect: self = .suspect
        case .down: self = .down
        }
    }
}
