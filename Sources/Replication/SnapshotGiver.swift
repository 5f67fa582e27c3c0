internal import Paxos
internal import Rows

/// Gives snapshots of this node's base to peers that ask for one.
final class SnapshotGiver {
    private let desk: BaseDesk
    private let send: (SnapshotMessage, ReplicaID) -> Void
    /// Reads of peers that are under way: further ones are not begun, and asked for again.
    private var openReads = 0
    /// The snapshots that were given, each with the time of its last use.
    private var given: [(slot: UInt64, usedAtMilliseconds: UInt64)] = []
    /// The peers for which one is being made.
    private var awaiting: [ReplicaID] = []
    /// The snapshot that a backup reads.
    private var heldSlot: UInt64?
    /// Made by an earlier process, and not used in this one: whoever was reading them goes on soon.
    private var inherited: [UInt64]
    /// The latest that was heard of.
    private var nowMilliseconds: UInt64 = 0

    init(_ desk: BaseDesk, send: @escaping (SnapshotMessage, ReplicaID) -> Void) {
        self.desk = desk
        self.send = send
        inherited = desk.base.keptSnapshots
    }

    /// A peer asks for a state of at least `slot`.
    func offer(atLeast slot: UInt64, to peer: ReplicaID, nowMilliseconds: UInt64) {
        self.nowMilliseconds = max(self.nowMilliseconds, nowMilliseconds)
        guard !awaiting.contains(peer) else { return send(.making, peer) }
        awaiting.append(peer)
        desk.submit(.makeSnapshot(newerThanSlot: slot - min(slot, 1))) { [self] outcome in
            let description = outcome.snapshot
            awaiting.removeAll { $0 == peer }
            let isEnough = description.map { $0.slot >= slot } ?? false
            // One that is not takes room, too, and goes with time. It may have taken long.
            if let description { use(description.slot) }
            send(.offer(isEnough ? description : nil), peer)
        }
    }

    /// A peer asks for bytes.
    func read(
        slot: UInt64, file: Int, offset: UInt64, bytesMax: Int, for peer: ReplicaID,
        nowMilliseconds: UInt64
    ) {
        guard openReads < Limits.snapshotReads else { return }
        openReads += 1
        self.nowMilliseconds = max(self.nowMilliseconds, nowMilliseconds)
        use(slot)
        let operation = BaseOperation.readSnapshot(
            slot: slot, file: file, offset: offset,
            bytesMax: min(bytesMax, Limits.snapshotChunkBytes))
        desk.submit(operation) { [self] outcome in
            guard case .snapshotRead(let bytes) = outcome else {
                preconditionFailure("bytes of a snapshot were asked for: \(outcome)")
            }
            openReads -= 1
            send(.bytes(slot: slot, file: file, offset: offset, bytes), peer)
        }
    }

    /// The oldest snapshot that may still be read: whoever takes it needs the slots above it next.
    var oldestSlot: UInt64? { given.map(\.slot).min() }

    /// Drops what nobody has used for long; whether there was something.
    func tick(nowMilliseconds now: UInt64) -> Bool {
        nowMilliseconds = max(nowMilliseconds, now)
        for slot in inherited { use(slot) }
        inherited = []
        guard let oldest = given.first,
            oldest.usedAtMilliseconds + Limits.snapshotKeptMilliseconds < now
        else { return false }
        given.removeFirst()
        if oldest.slot != heldSlot { drop(oldest.slot) }
        return true
    }

    /// A backup reads this snapshot.
    func hold(_ slot: UInt64) { heldSlot = slot }

    /// No backup reads this snapshot any more; it goes, unless a peer has use for it.
    func release(_ slot: UInt64) {
        heldSlot = nil
        if !given.contains(where: { $0.slot == slot }) { drop(slot) }
    }

    /// A peer has found that the files are not as they were described: the next one is made anew, and the base is
    /// read for it.
    func discard(_ slot: UInt64) {
        given.removeAll { $0.slot == slot }
        if slot != heldSlot { drop(slot) }
    }

    private func drop(_ slot: UInt64) { desk.submit(.dropSnapshot(slot: slot)) { _ in } }

    /// The snapshot that was used last is the last in order.
    func use(_ slot: UInt64) {
        given.removeAll { $0.slot == slot }
        given.append((slot, nowMilliseconds))
        guard given.count > Limits.snapshotsGiven else { return }
        let oldest = given.removeFirst().slot
        if oldest != heldSlot { drop(oldest) }
    }
}

extension BaseOutcome {
    /// The copy that was asked for; nil if there is none.
    fileprivate var snapshot: SnapshotDescription? {
        switch self {
        case .snapshotMade(let description): description
        case .snapshotLackedRoom: nil
        default: preconditionFailure("a snapshot was asked for: \(self)")
        }
    }
}
