import Paxos

/// One replica in the harness: a core, the log it would have, and the disk under it.
final class HarnessNode {
    /// A write to the log: some boxes, in order.
    struct Write {
        let id: UInt64
        var boxes: [Effects.Box]
    }

    let seat: Seat
    /// The one life that it has here.
    let incarnation: Incarnation
    var core: PaxosCore?
    var boot: UInt64 = 0
    /// Records that survive a crash.
    var log: [DurableRecord] = []
    /// The caller's state survives a crash up to here.
    var baseUpTo = Slot.zero
    /// Its state was lost, and it has not had another one yet.
    var hasLostBase = false
    /// It was born without a state that its log could complete.
    var lacksBase = false
    var waitingBoxes: [Effects.Box] = []
    var write: Write?
    var diskStalledUntil: UInt64 = 0
    var pausedUntil: UInt64 = 0
    /// The last slot handed out in this life.
    var deliveredUpTo = Slot.zero
    var leader: Ballot?
    var hasEndOfTurnDue = false
    /// Bundles that this node's clients handed in and that it has not seen decided.
    var unanswered: [[UInt8]] = []
    var nextRead: UInt64 = 0
    /// Per read that waits: its number, and the highest slot that anybody had announced when it began.
    var reads: [(number: UInt64, floor: Slot)] = []
    var readsAnswered = 0
    var leaderships = 0
    /// Its acceptor is to come back as the log has it.
    var awaitsRecovery = false

    init(seat: Seat) {
        self.seat = seat
        incarnation = seat.incarnation!
    }
}
