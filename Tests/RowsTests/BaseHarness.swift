import MVCC
import Rows

/// A base that a test drives, and starts again.
protocol BaseHarness: AnyObject {
    var base: any Base { get }

    /// Performs an operation, and whatever was submitted before.
    func perform(_ operation: BaseOperation) -> BaseOutcome

    /// Ends the process, in the middle of whatever it does, and starts it again.
    func restart() throws
}

extension BaseHarness {
    /// A whole flush of keys that were put at their modification revisions, each for the first time.
    func flush(_ pairs: [KeyPair], slot: UInt64, tables: [TableRow] = []) {
        begin(pairs)
        let outcome = perform(finish(slot: slot, tables: tables))
        guard case .flushed = outcome else { preconditionFailure("\(outcome) is no flush") }
    }

    /// A flush that is not finished.
    func begin(_ pairs: [KeyPair]) {
        _ = perform(.beginFlush)
        let changes = pairs.enumerated().map { place, pair in
            FlushedChange(
                revision: Revision(main: pair.state.modRevision, sub: Int64(place)), key: pair.key,
                isDelete: false, previous: .absent, bytesBefore: 0)
        }
        let inOrder = changes.sorted { $0.revision < $1.revision }
        _ = perform(.flushRows(FlushPiece(changes: inOrder), isUrgent: true))
        let keys = zip(pairs, changes).map { pair, change in
            FlushedKey(key: pair.key, state: pair.state, changes: [change.revision])
        }
        let sorted = keys.sorted { KeyOrder.compare($0.key, $1.key) < 0 }
        _ = perform(.flushRows(FlushPiece(keys: sorted), isUrgent: true))
    }

    func finish(slot: UInt64, tables: [TableRow] = []) -> BaseOperation {
        .finishFlush(
            tables: FrozenTables(tables + [WellKnownTables.row(ofSlot: slot)]),
            compactedRevision: -1)
    }

    /// The newest states of all keys.
    func everything() -> [KeyPair] {
        let all = KeyInterval.unbounded(lower: [])
        let outcome = perform(
            .piece(all, revision: nil, descending: false, keysMax: 1_000))
        guard case .piece(let piece) = outcome else { return [] }
        return piece.pairs
    }

    func snapshot(newerThan slot: UInt64 = 0) -> SnapshotDescription? {
        guard case .snapshotMade(let description) = perform(.makeSnapshot(newerThanSlot: slot))
        else { return nil }
        return description
    }

    /// One piece of a pass.
    func scrub(bytesMax: Int) -> (byteCount: Int, progress: ScrubProgress) {
        let outcome = perform(.scrub(bytesMax: bytesMax, condemns: true))
        guard case .scrubbed(let byteCount, let progress) = outcome else {
            preconditionFailure("\(outcome) is no piece of a pass")
        }
        return (byteCount, progress)
    }

    /// Copies a snapshot of `source` from where this base has it, in small pieces; stops after so many.
    func copy(
        _ description: SnapshotDescription, from source: any BaseHarness, piecesMax: Int = .max,
        bytesMax: Int = 700
    ) -> [BaseOutcome] {
        let begun = perform(.beginInstallation(description))
        guard case .installationBegun(let there) = begun else { return [begun] }
        var outcomes: [BaseOutcome] = []
        for (file, described) in description.files.enumerated() {
            var offset = there[file]
            while offset < described.byteCount, outcomes.count < piecesMax {
                let read = source.perform(
                    .readSnapshot(
                        slot: description.slot, file: file, offset: offset, bytesMax: bytesMax))
                guard case .snapshotRead(.some(let bytes)) = read else { return outcomes + [read] }
                outcomes.append(perform(.installBytes(file: file, offset: offset, bytes)))
                offset += UInt64(bytes.count)
            }
        }
        return outcomes
    }
}

/// A key with the state that its first put gives it.
func pair(_ key: String, _ value: String, at revision: Int64) -> KeyPair {
    KeyPair(
        key: Array(key.utf8),
        state: KeyState(
            value: Array(value.utf8), createRevision: revision, modRevision: revision, version: 1,
            lease: 0))
}
