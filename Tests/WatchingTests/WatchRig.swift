import Basics
import EtcdMessages
import MVCC
import Protobuf
import Rows
import StateMachine
import Testing

@testable import Watching

/// A hub over a keyspace, with a base below it or without, and the full list of what was ever changed.
final class WatchRig {
    let keyspace = Keyspace()
    let hub: WatchHub
    var random: SeededRandom
    /// Everything, with every state before.
    private(set) var changes: [Change] = []
    /// The compacted revision after each step in which it rose.
    private(set) var clients: [WatchClient] = []
    private let rows: MemoryRows?
    /// A batch that was read and not given yet.
    private var reading: (plan: CatchUpPlan, batch: ChangeBatch)?

    init(
        seed: UInt64, overBase: Bool, bug: WatchBug? = nil, fragmentBytes: Int = 200,
        pendingBytesPerStream: Int = Limits.pendingBytesPerStream,
        pendingBytesInAll: Int = Limits.pendingBytesInAll
    ) {
        random = SeededRandom(seed: seed)
        rows = overBase ? MemoryRows() : nil
        if let rows { keyspace.put(over: KeyRows(rows)) }
        var plan = WatchPlan()
        plan.fragmentBytes = fragmentBytes
        plan.progressMilliseconds = 100
        plan.pendingBytesPerStream = pendingBytesPerStream
        plan.pendingBytesInAll = pendingBytesInAll
        hub = WatchHub(revision: keyspace.revision, seed: seed, plan: plan)
        hub.injectedBug = bug
    }

    func number(_ below: Int) -> Int { Int(random.next() % UInt64(below)) }

    func connect() -> WatchClient {
        let client = WatchClient(self, hub.makeStream())
        clients.append(client)
        return client
    }

    /// A client goes away.
    ///
    /// - Returns: what was wrong with what it was told.
    func disconnect() -> [String] {
        guard !clients.isEmpty else { return [] }
        let client = clients.remove(at: number(clients.count))
        client.stream.end()
        return client.faults
    }

    // MARK: Writing

    /// One request that changes keys: nil deletes.
    func write(_ pairs: [(String, String?)]) {
        var transaction = keyspace.beginWrite()
        var written: [Change] = []
        for (key, value) in pairs {
            let bytes = Array(key.utf8)
            let previous = keyspace.state(of: bytes, at: transaction.revision)
            let place = Revision(main: transaction.revision, sub: Int64(written.count))
            if let value {
                transaction.put(bytes, value: Array(value.utf8))
                written.append(
                    Change(
                        revision: place, key: bytes,
                        state: keyspace.state(of: bytes, at: transaction.revision),
                        previous: previous))
            } else if transaction.delete(.single(bytes)) == 1 {
                written.append(
                    Change(revision: place, key: bytes, state: nil, previous: previous))
            }
        }
        transaction.end()
        changes += written
    }

    func compact(to revision: Int64) { try? keyspace.compact(to: revision) }

    /// Hands everything down to the base.
    func flush() throws {
        guard let rows, !keyspace.hasReleaseWork else { return }
        // A flush begins when all that it covers was handed out.
        hub.advance(keyspace)
        let compacted = keyspace.compactedRevision
        keyspace.beginFreeze()
        let writer = try FlushWriter(rows)
        while let piece = FlushPiece.next(of: keyspace, rowsMax: 10) { try writer.add(piece) }
        try writer.finish(tables: [])
        rows.forget(compactedRevision: compacted)
        keyspace.endFreeze()
    }

    // MARK: The turn of a replica

    func turn() {
        hub.advance(keyspace)
        keyspace.releaseStep(budgetChanges: 1_000)
        readHistory()
        hub.serve()
    }

    private func readHistory() {
        if let reading {
            if number(2) == 0 { return }
            self.reading = nil
            return hub.give(reading.batch, of: reading.plan, keyspace)
        }
        guard let plan = hub.catchUpNeeded(keyspace) else { return }
        let changesMax = 1 + number(6)
        if keyspace.hasChangesInMemory(from: plan.start) {
            let batch = keyspace.changesInMemory(from: plan.start, changesMax: changesMax)
            return hub.give(batch, of: plan, keyspace)
        }
        guard let rows else { preconditionFailure("no base") }
        let batch = try? KeyRows(rows).changes(
            from: plan.start, upTo: min(plan.end, keyspace.flushedRevision), in: plan.interval,
            changesMax: changesMax)
        if let batch { reading = (plan, batch) }
    }

    /// Turns until every client has everything that it can have.
    func settle() {
        for _ in 0..<20_000 {
            turn()
            for client in clients { client.read(.max) }
            if !hub.isLeading, reading == nil, clients.allSatisfy({ !$0.stream.hasOutput }) {
                return
            }
        }
        Issue.record("watches come to no end")
    }
}
