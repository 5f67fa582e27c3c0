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
    private var frozen: (slot: UInt64, tables: FrozenTables, compactedRevision: Int64)?
    /// Tables of others than the state machine.
    private var otherTables: [TableRow] = []

    /// How memory is shared out now.
    var plan: MemoryPlan
    private let injectedBug: ReplicaBug?

    init(
        _ desk: BaseDesk, _ machine: ReplicatedState, plan: MemoryPlan, injectedBug: ReplicaBug?
    ) {
        self.desk = desk
        self.machine = machine
        self.plan = plan
        self.injectedBug = injectedBug
    }

    /// Whether what came since the freeze takes so much memory that apply will soon have to wait for the flush.
    private var isUrgent: Bool {
        machine.keyspace.unflushedBytes
            > plan.generation(besideKeys: machine.keyspace.recordBytes).urgentBytes
    }

    var isRunning: Bool { frozen != nil }
    /// Whether the flush under way has found no room on the disk. It begins again by itself.
    private(set) var lacksRoom = false
    /// Called each time that a flush finds no room.
    var onLackOfRoom: () -> Void = {}

    /// Freezes the state as it is now and begins to write it. `tables` are those of others than the state machine.
    func start(tables: [TableRow], then: @escaping (Ended) -> Void) {
        precondition(!isRunning, "one flush at a time")
        machine.keyspace.beginFreeze()
        frozen = (
            machine.appliedSlot, machine.freezeTables(), machine.keyspace.compactedRevision
        )
        otherTables = tables
        begin(then)
    }

    private func begin(_ then: @escaping (Ended) -> Void) {
        desk.submit(.beginFlush) { [self] in goOn($0, then) }
    }

    /// Hands the next piece over, or all of them again if there was no room.
    private func goOn(_ outcome: BaseOutcome, _ then: @escaping (Ended) -> Void) {
        switch outcome {
        case .flushBegun, .flushWritten:
            let piece = FlushPiece.next(
                of: machine.keyspace, rowsMax: Limits.flushPieceRows,
                bytesMax: Limits.flushPieceBytes)
            let operation = piece.map { .flushRows($0, isUrgent: isUrgent) } ?? lastOperation()
            desk.submit(operation) { [self] in goOn($0, then) }
        case .flushLackedRoom:
            lacksRoom = true
            onLackOfRoom()
            machine.keyspace.restartFlush()
            begin(then)
        case .flushed(let byteCount): end(byteCount, then)
        default: preconditionFailure("a flush goes on otherwise: \(outcome)")
        }
    }

    private func lastOperation() -> BaseOperation {
        guard let frozen else { preconditionFailure("no flush is under way") }
        let isCurrent = injectedBug == .flushCarriesCurrentSlot
        let tables = isCurrent ? machine.freezeTables() : frozen.tables
        let (others, leases) = (otherTables, newerLeases)
        return .finishFlush(
            tables: FrozenTables {
                tables.rows.filter { row in !leases.contains { $0.name == row.name } }
                    + leases + others
            }, compactedRevision: frozen.compactedRevision)
    }

    /// Breaks a rule on purpose: the leases are of another slot than all else.
    private var newerLeases: [TableRow] {
        injectedBug == .leaseTableNewerThanSlot ? machine.leases.freezeAll().rows : []
    }

    private func end(_ byteCount: Int, _ then: @escaping (Ended) -> Void) {
        guard let frozen else { preconditionFailure("no flush is under way") }
        self.frozen = nil
        lacksRoom = false
        machine.keyspace.endFreeze()
        then(Ended(slot: frozen.slot, byteCount: byteCount))
    }
}
