internal import MVCC

extension MemoryBase {
    static let slotKey = RowLayout.tableKey(WellKnownTables.appliedSlot)

    /// An operation that a crash has interrupted is done, or not, or, where nobody relies on it, in part.
    func abandon(_ operation: BaseOperation, _ number: (_ below: Int) -> Int) {
        switch operation {
        case .finishFlush(let tables, _):
            if number(2) == 1 { takeInUnfinishedFlush(tables.rows) }
        case .installBytes(let file, let offset, let bytes):
            let part = Array(bytes.prefix(number(bytes.count + 1)))
            _ = try? perform(.installBytes(file: file, offset: offset, part))
        case .makeSnapshot, .dropSnapshot, .beginInstallation, .finishInstallation:
            if number(2) == 1 { _ = try? perform(operation) }
        case .beginFlush, .flushRows, .states, .piece, .firstChange, .changes, .readSnapshot,
            .scrub:
            break
        }
    }

    /// Of an installation that was under way only what was flushed is sure to be there.
    func losePower(_ number: (_ below: Int) -> Int) {
        if let before = store.contentsBeforeInstallation { store.contents = before }
        store.contentsBeforeInstallation = nil
        guard var installation = store.installation else { return }
        for file in installation.files.indices {
            let kept = number(installation.files[file].count + 1)
            if number(2) == 1 {
                installation.files[file].removeSubrange(kept...)
            } else {
                // The length is there, the bytes are not.
                for place in installation.files[file][kept...].indices {
                    installation.files[file][place] = 0
                }
            }
        }
        store.installation = installation
    }

    private func takeInUnfinishedFlush(_ tables: [TableRow]) {
        guard let runs = try? flush?.runs(tables: tables) else { return }
        rows.takeIn(runs) { key in
            switch injectedBug {
            case .flushTornBetweenKeyspaces: key[0] != RowLayout.history
            case .tablesNewerThanSlot: key[0] == RowLayout.table && key != Self.slotKey
            case .slotNewerThanRows: key == Self.slotKey
            default: true
            }
        }
        store.contents = rows.contents
        store.contentsBeforeInstallation = nil
    }
}
