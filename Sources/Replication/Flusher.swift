internal import MVCC
internal import Rows
internal import StateMachine

/// Writes down into the base what the state machine has gathered since the last flush: frozen between two slots,
/// handed over in pieces while slots go on being applied, taken in by the base in one step (P31).
final class Flusher {
    /// A flush that is durable.
    struct Ended {
        /// The base holds the state after this slot.
        let slot: UInt64
        let byteCount: Int
    }

    private let desk: BaseDesk
    private let machine: ReplicatedState
    /// The tables of the freeze; nil while no flush is under way.
    private var frozen: (slot: UInt64, tables: [TableRow], compactedRevision: Int64)?
    /// Tables of others than the state machine.
    private var otherTables: [TableRow] = []

    private let injectedBug: ReplicaBug?

    init(_ desk: BaseDesk, _ machine: ReplicatedState, injectedBug: ReplicaBug?) {
        self.desk = desk
        self.machine = machine
        self.injectedBug = injectedBug
    }

    var isRunning: Bool { frozen != nil }

    /// Freezes the state as it is now and begins to write it. `tables` are those of others than the state machine.
    func start(tables: [TableRow], then: @escaping (Ended) -> Void) {
        precondition(!isRunning, "one flush at a time")
        machine.keyspace.beginFreeze()
        frozen = (
            machine.appliedSlot, machine.tables(), machine.keyspace.compactedRevision
        )
        otherTables = tables
        desk.submit(.beginFlush) { [self] _ in goOn(then) }
    }

    /// Hands the next piece over.
    private func goOn(_ then: @escaping (Ended) -> Void) {
        guard let frozen else { preconditionFailure("no flush is under way") }
        let keyspace = machine.keyspace
        let changes = keyspace.nextFlushedChanges(changesMax: Limits.flushedChangesPerPiece)
        if !changes.isEmpty {
            return desk.submit(.flushChanges(changes)) { [self] _ in goOn(then) }
        }
        if let keys = keyspace.nextFlushedKeys(keysMax: Limits.flushedKeysPerPiece) {
            return desk.submit(.flushKeys(keys)) { [self] _ in goOn(then) }
        }
        let tables = injectedBug == .flushCarriesCurrentSlot ? machine.tables() : frozen.tables
        let last = BaseOperation.finishFlush(
            tables: tables + otherTables, compactedRevision: frozen.compactedRevision)
        desk.submit(last) { [self] outcome in end(outcome, then) }
    }

    private func end(_ outcome: BaseOutcome, _ then: (Ended) -> Void) {
        guard let frozen, case .flushed(let byteCount) = outcome else {
            preconditionFailure("a flush ended otherwise: \(outcome)")
        }
        self.frozen = nil
        machine.keyspace.endFreeze()
        then(Ended(slot: frozen.slot, byteCount: byteCount))
    }
}
