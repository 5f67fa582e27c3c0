/// What a leader knows about the stream of Accepts to one peer. It keeps no values for it: open slots are
/// sent again from the leader's window, decided ones are pulled by the peer (P22).
struct FollowerFlow: Equatable, Sendable {
    /// The peer acknowledged every slot up to here, or said that it has them durably.
    private(set) var acknowledgedUpTo: Slot
    /// Too far behind, or not connected: no Accepts are sent, the peer fetches decided slots.
    private(set) var isPulling = false
    /// When unacknowledged slots are sent again, in running milliseconds.
    private(set) var resendAt: UInt64
    private var waitHeartbeats = Limits.resendHeartbeatsMin
    private let heartbeat: UInt64
    /// The peer's round trip, which an answer takes at least.
    var roundTrip: UInt64 = 0

    init(acknowledgedUpTo: Slot, running: UInt64, heartbeat: UInt64) {
        self.acknowledgedUpTo = acknowledgedUpTo
        self.heartbeat = heartbeat
        resendAt = running + Limits.resendHeartbeatsMin * heartbeat
    }

    /// The peer accepted a run of slots. A run above a gap moves nothing: the gap is sent again.
    mutating func acknowledge(_ first: Slot, _ last: Slot, running: UInt64) {
        guard first <= acknowledgedUpTo.next else { return }
        acknowledge(upTo: last, running: running)
    }

    mutating func acknowledge(upTo slot: Slot, running: UInt64) {
        guard slot > acknowledgedUpTo else { return }
        acknowledgedUpTo = slot
        arm(running: running)
    }

    /// An Accept leaves and nothing before it is unanswered: its answer has a while to come.
    mutating func arm(running: UInt64) {
        waitHeartbeats = Limits.resendHeartbeatsMin
        resendAt = running + wait
    }

    /// Slots were sent again: the next time comes later, lest a slow peer is flooded.
    mutating func noteResent(running: UInt64) {
        resendAt = running + wait
        waitHeartbeats = min(2 * waitHeartbeats, Limits.resendHeartbeatsMax)
    }

    mutating func cut() { isPulling = true }

    /// The stream begins anew; what is open and unacknowledged is sent at once.
    mutating func resume(running: UInt64) {
        isPulling = false
        waitHeartbeats = Limits.resendHeartbeatsMin
        resendAt = running
    }

    private var wait: UInt64 { waitHeartbeats * heartbeat + 2 * roundTrip }
}
