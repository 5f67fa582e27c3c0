internal import MVCC

extension MemoryBase {
    func perform(_ operation: BaseOperation) throws(RowError) -> BaseOutcome {
        switch operation {
        case .beginFlush:
            precondition(flush == nil, "one flush at a time")
            flush = try FlushWriter(rows)
            return .flushBegun
        case .flushRows where store.isFull, .finishFlush where store.isFull:
            flush = nil
            return .flushLackedRoom
        case .flushRows(let piece, _):
            try openFlush().add(piece)
            return .flushWritten
        case .finishFlush(let tables, let compactedRevision):
            return try finishFlush(tables.rows, compactedRevision)
        case .states(let keys):
            return .states(try states(of: keys))
        case .piece(let interval, let revision, let descending, let keysMax):
            return .piece(
                try reading { () throws(KeyBaseError) in
                    try self.keys.piece(
                        of: interval, at: revision, descending: descending, keysMax: keysMax)
                })
        case .firstChange(let start):
            return .firstChange(
                try reading { () throws(KeyBaseError) in try self.keys.firstChange(from: start) })
        case .changes(let interval, let start, let end, let changesMax):
            return .changes(
                try reading { () throws(KeyBaseError) in
                    try self.keys.changes(
                        from: start, upTo: end, in: interval, changesMax: changesMax)
                })
        case .makeSnapshot(let slot):
            return .snapshotMade(try makeSnapshot(newerThan: slot))
        case .readSnapshot(let slot, let file, let offset, let bytesMax):
            return .snapshotRead(readSnapshot(slot, file, Int(offset), bytesMax))
        case .dropSnapshot(let slot):
            store.snapshots.removeAll { $0.description.slot == slot }
            return .snapshotDropped
        case .beginInstallation(let description):
            return beginInstallation(description)
        case .installBytes(let file, let offset, let bytes):
            return install(bytes, file: file, offset: Int(offset))
        case .finishInstallation:
            return finishInstallation()
        case .scrub(let bytesMax, let condemns):
            return try scrub(bytesMax: bytesMax, condemns: condemns)
        }
    }

    private func openFlush() -> FlushWriter {
        guard let flush else { preconditionFailure("a flush that was begun") }
        return flush
    }

    private func finishFlush(
        _ tables: [TableRow], _ compactedRevision: Int64
    ) throws(RowError) -> BaseOutcome {
        let before = rows.byteCount
        try openFlush().finish(tables: tables)
        flush = nil
        let written = max(0, rows.byteCount - before)
        rows.forget(compactedRevision: compactedRevision)
        store.contents = rows.contents
        store.contentsBeforeInstallation = nil
        return .flushed(byteCount: written)
    }

    // MARK: Reads

    private func states(of keys: [[UInt8]]) throws(RowError) -> [KeyState?] {
        var states: [KeyState?] = []
        for key in keys {
            states.append(
                try reading { () throws(KeyBaseError) in try self.keys.state(of: key, at: nil) })
        }
        return states
    }

    private func reading<Value>(
        _ body: () throws(KeyBaseError) -> Value
    ) throws(RowError) -> Value {
        do throws(KeyBaseError) { return try body() } catch { throw RowError(error.description) }
    }

    // MARK: Snapshots

    private func makeSnapshot(newerThan slot: UInt64) throws(RowError) -> SnapshotDescription? {
        if let last = store.snapshots.last, last.description.slot > slot { return last.description }
        // A copy is read once when it is made: rows that have rotted are found.
        guard try rows.value(of: Self.slotKey) != nil, let now = store.slot else { return nil }
        if let last = store.snapshots.last, last.description.slot == now { return last.description }
        var contents = store.contents
        if injectedBug == .snapshotWithoutTables {
            contents = contents.filter { $0[0] != RowLayout.table || $0 == Self.slotKey }
        }
        store.snapshots.append(MemorySnapshot(slot: now, of: contents))
        if store.snapshots.count > Limits.snapshotsKept { store.snapshots.removeFirst() }
        return store.snapshots.last?.description
    }

    private func readSnapshot(
        _ slot: UInt64, _ file: Int, _ offset: Int, _ bytesMax: Int
    ) -> [UInt8]? {
        guard let snapshot = store.snapshots.first(where: { $0.description.slot == slot }),
            snapshot.files.indices.contains(file)
        else { return nil }
        return Array(snapshot.files[file].dropFirst(offset).prefix(bytesMax))
    }

    private func beginInstallation(_ description: SnapshotDescription) -> BaseOutcome {
        if let problem = description.problem { return fail(problem) }
        if store.installation?.description != description {
            store.installation = MemoryBaseStore.Installation(description)
        }
        let files = store.installation?.files ?? []
        return .installationBegun(bytesThere: files.map { UInt64($0.count) })
    }

    private func install(_ bytes: [UInt8], file: Int, offset: Int) -> BaseOutcome {
        guard let installation = store.installation else { return fail("nothing is installed") }
        guard installation.files.indices.contains(file),
            offset == installation.files[file].count,
            offset + bytes.count <= Int(installation.description.files[file].byteCount)
        else { return fail("bytes that belong nowhere") }
        store.installation?.files[file] += bytes
        return .bytesInstalled
    }

    private func finishInstallation() -> BaseOutcome {
        guard let installation = store.installation else { return fail("nothing is installed") }
        if injectedBug != .snapshotNotVerified, let problem = installation.problem {
            return fail(problem)
        }
        guard let contents = MemorySnapshot.contents(of: installation.files),
            MemoryBaseStore.slot(of: contents) == installation.description.slot
        else { return fail("the files do not hold the state of their slot") }
        let before = store.contents
        replace(by: contents)
        store.installation = nil
        if injectedBug == .installedBeforeDurable { store.contentsBeforeInstallation = before }
        return .installed
    }

    /// The installation is over: the next one begins with nothing.
    func fail(_ reason: String) -> BaseOutcome {
        store.installation = nil
        return .installationFailed(reason)
    }
}
