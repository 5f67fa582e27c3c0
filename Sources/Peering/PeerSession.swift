internal import EventLoops
internal import Observability
internal import Paxos
internal import PaxosCodec
internal import Transport

/// All there is between this node and one peer: the lanes, and the attempts to open them.
final class PeerSession {
    var address: PeerAddress {
        didSet { for dialer in dialers where !address.urls.isEmpty { dialer.urls = address.urls } }
    }
    var metrics: PeerMetrics
    /// The peer is no member (any more, or as far as is known here): it is not dialed, and forgotten when its
    /// lanes have ended.
    var isGuest: Bool
    /// Since when there is no connection, in nanoseconds of the loop.
    private(set) var isAloneSince: UInt64
    private var express: Lane?
    private var bulk: Lane?
    var expressDialer: LaneDialer?
    var bulkDialer: LaneDialer?
    /// When each unanswered heartbeat left, by its number.
    private var heartbeatsUnderWay: [(number: UInt64, sentAt: UInt64)] = []
    /// When these lanes brought the last frame, in nanoseconds; nil as long as they have brought none.
    private var heardAt: UInt64?
    /// When a lane was last taken into use, in nanoseconds.
    private var adoptedAt: UInt64

    init(address: PeerAddress, metrics: PeerMetrics, isGuest: Bool, now: UInt64) {
        self.address = address
        self.metrics = metrics
        self.isGuest = isGuest
        isAloneSince = now
        adoptedAt = now
    }

    /// Whether messages can be sent at all.
    var isConnected: Bool { express?.isOpen ?? false }

    var lanes: [Lane] { [express, bulk].compactMap(\.self) }

    var dialers: [LaneDialer] { [expressDialer, bulkDialer].compactMap(\.self) }

    func dialer(of kind: LaneKind) -> LaneDialer? {
        kind == .express ? expressDialer : bulkDialer
    }

    /// Takes a lane into use; an older one of the same kind is closed.
    func adopt(_ lane: Lane, now: UInt64) {
        let old = lane.kind == .express ? express : bulk
        guard old !== lane else { return }
        old?.close("replaced by a newer connection")
        adoptedAt = now
        if lane.kind == .express {
            express = lane
            heardAt = nil
        } else {
            bulk = lane
        }
    }

    /// The peer is there: a frame of it came.
    func noteFrame(at now: UInt64) { heardAt = now }

    /// Whether frames came on this connection, as they do with every heartbeat, and none has for so long. A member
    /// that has brought none may have none to bring: there may be no cluster yet. A guest has its time.
    func isSilent(forMilliseconds milliseconds: UInt64, at now: UInt64) -> Bool {
        if isConnected, let heardAt { return now > heardAt + milliseconds * 1_000_000 }
        return isGuest && now > adoptedAt + Limits.guestMilliseconds * 1_000_000
    }

    /// Forgets a lane that has ended; true if it was the express lane in use.
    func remove(_ lane: Lane, now: UInt64) -> Bool {
        if express === lane {
            express = nil
            isAloneSince = now
            return true
        }
        if bulk === lane { bulk = nil }
        return false
    }

    /// Ends all attempts, and what they have opened. The ends of lanes are told of meanwhile, and look for the
    /// dialers here.
    func stopDialing() {
        let stopped = dialers
        expressDialer = nil
        bulkDialer = nil
        for dialer in stopped { dialer.stop() }
    }

    /// The lane for a message of this size: bulk falls back to express while it is not there.
    func lane(forByteCount byteCount: Int) -> Lane? {
        if byteCount > Limits.expressMessageBytes, let bulk, bulk.isOpen { return bulk }
        return express?.isOpen == true ? express : nil
    }

    /// Keeps the time that a heartbeat leaves at.
    func noteSent(_ message: Message, at now: UInt64) {
        guard case .heartbeat(let heartbeat) = message else { return }
        if heartbeatsUnderWay.count == Self.heartbeatsKept { heartbeatsUnderWay.removeFirst() }
        heartbeatsUnderWay.append((heartbeat.number, now))
    }

    /// Measures the round trip that an answered heartbeat made.
    func noteReceived(_ message: Message, at now: UInt64) {
        guard case .heartbeatAnswer(let answer) = message,
            let position = heartbeatsUnderWay.firstIndex(where: { $0.number == answer.number })
        else { return }
        metrics.roundTrip.observe(nanoseconds: now - heartbeatsUnderWay[position].sentAt)
        heartbeatsUnderWay.removeFirst(position + 1)
    }

    private static let heartbeatsKept = 16
}
