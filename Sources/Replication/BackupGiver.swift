internal import MVCC
internal import Paxos
internal import Rows

/// Gives copies of this node's base to operators, one at a time. A copy is not older than the moment at which it was
/// asked for: a flush comes first.
final class BackupGiver {
    /// What was known when a flush began, or a snapshot was installed: a copy of the base is of such a slot.
    private struct Flushed {
        let slot: UInt64
        let revision: Int64
        let keyCount: Int
    }

    private let desk: BaseDesk
    private let snapshots: SnapshotGiver
    private let injectedBug: ReplicaBug?
    private let cluster: () -> ClusterID?
    /// The newest last.
    private var flushed: [Flushed] = []
    private var current: Backup?
    /// Of the last tick.
    private(set) var nowMilliseconds: UInt64 = 0

    init(
        _ desk: BaseDesk, _ snapshots: SnapshotGiver, injectedBug: ReplicaBug?,
        cluster: @escaping () -> ClusterID?
    ) {
        self.injectedBug = injectedBug
        self.desk = desk
        self.snapshots = snapshots
        self.cluster = cluster
    }

    /// Whether a backup waits for a flush that has not begun.
    var wantsFlush: Bool {
        guard let current else { return false }
        return current.header == nil && !current.isBeingFlushed
    }

    /// Begins a backup; nil if there is one.
    func begin(
        neededSlot: UInt64, onOpen: @escaping (Result<BackupHeader, Backup.Refusal>) -> Void
    ) -> Backup? {
        guard current == nil else { return nil }
        let backup = Backup(neededSlot: neededSlot, giver: self, onOpen: onOpen)
        current = backup
        if injectedBug == .backupOlderThanAsked { make(backup, newerThanSlot: 0) }
        return backup
    }

    /// Time passed: a backup that nobody reads is over.
    func tick(nowMilliseconds now: UInt64) {
        nowMilliseconds = now
        guard let current, current.header != nil,
            now > current.lastUseMilliseconds + Limits.backupStallMilliseconds
        else { return }
        current.end()
        current.onStall()
    }

    /// The state of this slot goes to the base, or has come with another one.
    func note(slot: UInt64, _ counters: KeyspaceCounters) {
        flushed.append(
            Flushed(slot: slot, revision: counters.revision, keyCount: counters.keyCount))
        if flushed.count > Limits.flushesRemembered { flushed.removeFirst() }
    }

    /// A flush of this slot has begun.
    func flushBegan(slot: UInt64) {
        guard let current, slot >= current.neededSlot else { return }
        current.isBeingFlushed = true
    }

    /// The base has this slot, durably.
    func flushEnded(slot: UInt64) {
        guard let current, current.isBeingFlushed, !current.isBeingMade,
            slot >= current.neededSlot
        else { return }
        make(current, newerThanSlot: slot - min(slot, 1))
    }

    private func make(_ backup: Backup, newerThanSlot slot: UInt64) {
        backup.isBeingMade = true
        desk.submit(.makeSnapshot(newerThanSlot: slot)) { [self] outcome in
            switch outcome {
            case .snapshotMade(let description): made(description, for: backup)
            case .snapshotLackedRoom: refuse(backup, .noRoom)
            default: preconditionFailure("a snapshot was asked for: \(outcome)")
            }
        }
    }

    func read(
        slot: UInt64, file: Int, offset: UInt64, then: @escaping ([UInt8]?) -> Void
    ) {
        let operation = BaseOperation.readSnapshot(
            slot: slot, file: file, offset: offset, bytesMax: Limits.backupChunkBytes)
        desk.submit(operation) { outcome in
            guard case .snapshotRead(let bytes) = outcome else {
                preconditionFailure("bytes of a snapshot were asked for: \(outcome)")
            }
            then(bytes)
        }
    }

    func ended(_ backup: Backup) {
        guard current === backup else { return }
        current = nil
        if let header = backup.header { snapshots.release(header.snapshot.slot) }
    }

    private func refuse(_ backup: Backup, _ refusal: Backup.Refusal) {
        guard !backup.isOver else { return }
        backup.end()
        backup.open(.failure(refusal))
    }

    private func made(_ description: SnapshotDescription?, for backup: Backup) {
        if backup.isOver {
            // Another one that has begun since may read the same copy.
            if let description { snapshots.use(description.slot) }
            return
        }
        guard let description, let cluster = cluster(),
            let known = flushed.last(where: { $0.slot == description.slot })
        else { return refuse(backup, .gone) }
        snapshots.hold(description.slot)
        backup.open(
            .success(
                BackupHeader(
                    cluster: cluster, revision: known.revision, keyCount: UInt64(known.keyCount),
                    snapshot: description)))
    }
}
