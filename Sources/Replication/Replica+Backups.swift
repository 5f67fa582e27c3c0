internal import Paxos
internal import StateMachine

/// Backups: copies of this node's state for operators. Any node with a base gives them by itself, with or without a
/// leader, as in etcd.
extension Replica {
    /// Begins a backup of everything that is applied here now. `onOpen` is called in a later turn, with what it
    /// holds, unless it was ended before.
    ///
    /// - Throws: if there can be none now.
    package func beginBackup(
        onOpen: @escaping (Result<BackupHeader, Backup.Refusal>) -> Void
    ) throws(Backup.Refusal) -> Backup {
        guard let backups else { throw .noBase }
        if lacksBase { throw .notReady(Self.baseProblem) }
        // A wrong state is nobody's, and one that cannot be flushed would be waited for without end.
        if let divergence { throw .notReady(divergence) }
        if !isStateWhole { throw .notReady(Self.upgradeProblem) }
        if isStopping { throw .notReady("this node is stopping") }
        guard governing != nil, clusterID != nil else {
            throw .notReady("this node belongs to no cluster yet")
        }
        guard let backup = backups.begin(neededSlot: machine.appliedSlot, onOpen: onOpen) else {
            throw .busy
        }
        requestTurn()
        return backup
    }
}
