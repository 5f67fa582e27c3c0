internal import MVCC
internal import Paxos
internal import Replication
internal import Rows
internal import StateMachine

/// An operator who takes backups of any machine, whatever happens meanwhile, and makes of each what a new cluster
/// would begin with. A backup is not older than the moment at which it was asked for, is the state of the slot that it
/// names, and cannot fool who watched the old cluster.
final class BackupTaker {
    private unowned let world: World
    private var dice: Dice
    private var isOver = false

    init(_ world: World) {
        self.world = world
        dice = Dice(seed: world.seed, concern: "backups")
    }

    func start() {
        world.timeline.after(dice.number(in: Limits.backupPauseMicroseconds)) { [self] in
            guard !isOver else { return }
            take(dice.one(of: world.machines))
            start()
        }
    }

    func stop() { isOver = true }

    private func take(_ machine: SimMachine) {
        guard let replica = machine.process?.replica else { return }
        let needed = replica.machine.appliedSlot
        var backup: Backup?
        backup = try? replica.beginBackup { [self] result in
            guard let backup, case .success(let header) = result else { return }
            if header.snapshot.slot < needed {
                world.note(
                    .backup,
                    "\(machine.name) had applied \(needed), and gives \(header.snapshot.slot)")
            }
            read(backup, header, [], witness: digest(at: header.snapshot.slot))
        }
        machine.process?.requestTurn()
    }

    /// Of the state that some machine has at this slot now. One that has applied nothing may not know its cluster yet.
    private func digest(at slot: UInt64) -> UInt64? {
        guard slot > 0 else { return nil }
        return world.machines.filter { !$0.hasRottenBase }
            .compactMap { $0.process?.replica?.machine }
            .first { $0.appliedSlot == slot && !$0.isApplying }?.digest()
    }

    private func read(
        _ backup: Backup, _ header: BackupHeader, _ bytes: [UInt8], witness: UInt64?
    ) {
        guard !backup.isOver else { return }
        backup.read { [self] result in
            let piece = try? result.get()
            guard let piece, !piece.isEmpty else {
                if piece != nil { judge(header, bytes, witness) }
                return backup.end()
            }
            read(backup, header, bytes + piece, witness: witness)
        }
    }

    // MARK: What comes of it

    private func judge(_ header: BackupHeader, _ bytes: [UInt8], _ witness: UInt64?) {
        // One that has rotted is found by whoever restores it.
        guard let base = installed(header.snapshot, bytes) else { return }
        do {
            let old = try StateAtRest(base.tables(), over: base.keys)
            let isSame =
                old.slot == header.snapshot.slot && old.revision == header.revision
                && UInt64(old.keyCount) == header.keyCount
                && (witness ?? old.digest) == old.digest
            if !isSame { world.note(.backup, "it is not the state of \(header.snapshot.slot)") }
            let (tables, revision) = try RestoredState.tables(
                of: base, members: world.governing, revisionsBumped: Limits.revisionsBumped,
                injectedBug: world.injectedBug?.replica)
            takeIn(tables, revision, base)
            let new = try StateAtRest(base.tables(), over: base.keys)
            let least = header.revision + Limits.revisionsBumped
            if new.revision < least || new.compactedRevision < least {
                world.note(.backup, "a new cluster goes on at revision \(new.revision)")
            }
        } catch {
            world.note(.backup, "it cannot be restored: \(error)")
        }
    }

    /// Writes into the base of a new cluster what it begins with otherwise: rows that nothing changes stay.
    private func takeIn(_ tables: [TableRow], _ revision: Int64, _ base: MemoryBase) {
        let last = BaseOperation.finishFlush(
            tables: FrozenTables(tables), compactedRevision: revision)
        for operation in [BaseOperation.beginFlush, last] {
            base.submit(operation, ticket: 2)
            precondition(base.completeNext(.writer), "a base that was just made")
        }
    }

    /// A base that is made of a backup's files; nil if they are not as they were described.
    private func installed(
        _ description: SnapshotDescription, _ bytes: [UInt8]
    ) -> MemoryBase? {
        let owner = MemoryBase.Owner(submitted: { _, _ in }, failed: { _ in })
        guard let base = try? MemoryBase(MemoryBaseStore(), owner: owner) else { return nil }
        var rest = bytes[...]
        var operations = [BaseOperation.beginInstallation(description)]
        for (index, file) in description.files.enumerated() {
            let part = rest.prefix(Int(file.byteCount))
            operations.append(.installBytes(file: index, offset: 0, Array(part)))
            rest = rest.dropFirst(part.count)
        }
        for operation in operations + [.finishInstallation] {
            base.submit(operation, ticket: 1)
            guard base.completeNext(.snapshots) else { return nil }
        }
        guard case .installed = base.takeCompletions().last?.outcome else { return nil }
        return base
    }
}
