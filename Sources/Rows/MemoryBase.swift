package import MVCC

/// A base in memory, deterministic: what is submitted is performed when the owner says so, and a crash leaves of
/// an unfinished flush everything or nothing. One for each life of a process, over the store that stays.
package final class MemoryBase: Base {
    struct Job {
        let operation: BaseOperation
        let ticket: UInt64
    }

    /// What the base tells whoever pumps it.
    package struct Owner {
        /// An operation was submitted: `completeNext` is to be called once for it, later.
        let submitted: (BaseLane, BaseOperation) -> Void
        /// Nothing is performed any more: the process must end.
        let failed: (BaseError) -> Void
        package init(
            submitted: @escaping (BaseLane, BaseOperation) -> Void,
            failed: @escaping (BaseError) -> Void
        ) {
            self.submitted = submitted
            self.failed = failed
        }
    }

    package let store: MemoryBaseStore
    package private(set) var keys: any KeyBase
    let injectedBug: BaseBug?
    var rows: MemoryRows
    var flush: FlushWriter?
    /// The one that is under way.
    var pass: MemoryPass?
    private let owner: Owner
    private var waiting: [[Job]] = BaseLane.allCases.map { _ in [] }
    private var completions: [BaseCompletion] = []
    /// Nothing is performed any more.
    private var hasEnded = false
    private var hasCrashed = false

    /// - Parameter injectedBug: a rule that this base breaks on purpose.
    package init(
        _ store: MemoryBaseStore, injectedBug: BaseBug? = nil, owner: Owner
    ) throws(BaseError) {
        if store.isDamaged {
            guard injectedBug == .damageTakenForEmpty else { throw .damaged("a checksum is wrong") }
            store.setAside()
        }
        if store.takeError(in: .reader) { throw BaseError(Self.callFailed) }
        self.store = store
        self.injectedBug = injectedBug
        self.owner = owner
        rows = MemoryRows(store.contents)
        keys = KeyRows(rows)
    }

    // MARK: Base

    package func tables() throws(RowError) -> [TableRow] { try TableRow.all(in: rows) }

    package func submit(_ operation: BaseOperation, ticket: UInt64) {
        guard !hasEnded else { return }
        waiting[operation.lane.rawValue].append(Job(operation: operation, ticket: ticket))
        owner.submitted(operation.lane, operation)
    }

    package func takeCompletions() -> [BaseCompletion] {
        defer { completions = [] }
        return completions
    }

    package func condemn() { store.isDamaged = true }

    package var isBehind: Bool { false }

    package var keptSnapshots: [UInt64] { store.snapshots.map(\.description.slot) }

    package var byteCount: Int { rows.byteCount }

    /// All of it is in memory.
    package func limitCache(toBytes bytes: Int) {}

    // MARK: Steps

    /// Whether something of a lane is waiting to be performed.
    package func hasPending(_ lane: BaseLane) -> Bool { !waiting[lane.rawValue].isEmpty }

    /// Whether the snapshots' lane is at a piece of a pass.
    package var isInPass: Bool {
        waiting[BaseLane.snapshots.rawValue].first?.operation.isScrub == true
    }

    /// Performs the oldest operation of a lane. False if there is none, or the base has failed.
    @discardableResult
    package func completeNext(_ lane: BaseLane) -> Bool {
        guard !hasEnded, let job = waiting[lane.rawValue].first else { return false }
        do throws(RowError) {
            let outcome = try outcome(of: job.operation)
            waiting[lane.rawValue].removeFirst()
            completions.append(BaseCompletion(ticket: job.ticket, outcome: outcome))
            return true
        } catch {
            hasEnded = true
            if error.isDamage { store.isDamaged = true }
            owner.failed(BaseError(error))
            return false
        }
    }

    /// A call of the disk may fail. What comes of a snapshot that arrives is only that it has to begin again.
    private func outcome(of operation: BaseOperation) throws(RowError) -> BaseOutcome {
        guard !operation.isScrub, store.takeError(in: operation.lane) else {
            return try perform(operation)
        }
        switch operation {
        case .beginInstallation, .installBytes: return fail(Self.callFailed.description)
        default: throw Self.callFailed
        }
    }

    private static let callFailed = RowError("input/output error", .failure)

    /// The rows rot where they lie: reads fail, and the next start finds it.
    package func damage() {
        guard injectedBug != .rotTakenForNone else { return loseStates() }
        rows.damage()
        store.isDamaged = true
        store.isRotten = true
    }

    /// Breaks a rule on purpose: the rows of the tables are all that is left.
    private func loseStates() {
        rows = MemoryRows(store.contents.filter { $0[0] == RowLayout.table })
        keys = KeyRows(rows)
    }

    /// The process is gone. Each lane was at its oldest operation, or that one had failed: `number(below:)` draws what
    /// has become of it.
    package func crash(losingPower: Bool, number: (_ below: Int) -> Int) {
        guard !hasCrashed else { return }
        hasCrashed = true
        hasEnded = true
        for jobs in waiting { if let job = jobs.first { abandon(job.operation, number) } }
        waiting = BaseLane.allCases.map { _ in [] }
        completions = []
        if losingPower { losePower(number) }
    }

    /// Another base took the place of this one.
    func replace(by contents: MemoryRows.Contents) {
        precondition(flush == nil, "a snapshot is installed in the middle of a flush")
        store.contents = contents
        store.isDamaged = false
        store.isRotten = false
        rows = MemoryRows(contents)
        keys = KeyRows(rows)
    }
}
