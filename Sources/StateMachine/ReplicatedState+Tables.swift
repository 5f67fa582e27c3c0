internal import Basics
package import MVCC
package import Rows

/// The replicated state beside the keys, as rows of a base: with the keys that the same flush wrote, all of it.
extension ReplicatedState {
    private enum Name {
        static let keyspace = "keyspace"
        static let log = "log"
        static let origins = "origins"
        static let sessions = "sessions"
        static let alarms = "alarms"
        static let quota = "quota"
        static let digestReports = "digest-reports"
        static let auth = "auth"
    }

    /// All tables as they are now, between two slots, for a flush: of leases and users those that have changed since
    /// the last one began. Sessions and leases may be many: they are written out later.
    package func freezeTables() -> FrozenTables {
        let log = LogTable(leaderBallot: leaderBallot, logTimeMilliseconds: logTimeMilliseconds)
        let small =
            [
                Self.row(WellKnownTables.appliedSlot) { $0.write(appliedSlot) },
                Self.row(Name.quota) { $0.write(quotaBytes) },
                Self.row(Name.keyspace, keyspace.counters), Self.row(Name.log, log),
                Self.row(Name.origins, origins), Self.row(Name.alarms, alarms),
                Self.row(Name.digestReports, digestReports),
            ] + changedAuth()
        let (sessions, leases) = (sessions, leases.freezeChanged())
        return FrozenTables { small + [Self.row(Name.sessions, sessions)] + leases.rows }
    }

    /// Forgets everything in favour of what a base holds. Its own digests are forgotten, too: they belong to another
    /// history.
    ///
    /// - Parameter tables: those of `base`'s last flush; none if it was never flushed to.
    package func restore(_ tables: [TableRow], over base: any KeyBase) throws(KeyBaseError) {
        ownDigests = OwnDigests()
        if tables.isEmpty { return keyspace.put(over: base) }
        try restoreLeases(tables)
        let reader = TableReader(tables)
        let counters: KeyspaceCounters = try reader.table(Name.keyspace)
        let log: LogTable = try reader.table(Name.log)
        appliedSlot = try reader.number(WellKnownTables.appliedSlot)
        quotaBytes = try reader.number(Name.quota)
        origins = try reader.table(Name.origins)
        sessions = try reader.table(Name.sessions)
        alarms = try reader.table(Name.alarms)
        digestReports = try reader.table(Name.digestReports)
        if injectedBug != .authLeftOutOfRestore { auth.replace(by: try reader.table(Name.auth)) }
        leaderBallot = log.leaderBallot
        logTimeMilliseconds = log.logTimeMilliseconds
        keyspace.restore(counters, over: base)
    }

    private func changedAuth() -> [TableRow] {
        auth.takeChange() ? [Self.row(Name.auth, auth)] : []
    }

    private func restoreLeases(_ tables: [TableRow]) throws(KeyBaseError) {
        do throws(ByteReaderError) {
            try leases.restore(tables)
        } catch {
            throw KeyBaseError("the base's leases are not as they were written: \(error)")
        }
    }

    private static func row(_ name: String, _ table: some ReplicatedTable) -> TableRow {
        row(name) { table.write(to: &$0) }
    }

    private static func row(_ name: String, _ write: (inout ByteWriter) -> Void) -> TableRow {
        var writer = ByteWriter()
        write(&writer)
        return TableRow(name: name, bytes: writer.bytes)
    }
}

/// Finds tables by their names.
private struct TableReader {
    let tables: [TableRow]

    init(_ tables: [TableRow]) { self.tables = tables }

    func table<Table: ReplicatedTable>(_ name: String) throws(KeyBaseError) -> Table {
        try read(name) { reader throws(ByteReaderError) in try Table(from: &reader) }
    }

    func number(_ name: String) throws(KeyBaseError) -> UInt64 {
        try read(name) { reader throws(ByteReaderError) in try reader.read() }
    }

    private func read<Value>(
        _ name: String, _ body: (inout ByteReader) throws(ByteReaderError) -> Value
    ) throws(KeyBaseError) -> Value {
        guard let row = tables.first(where: { $0.name == name }) else {
            throw KeyBaseError("the base has no table \(name)")
        }
        let result: Result<Value, ByteReaderError> = row.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            do throws(ByteReaderError) {
                return .success(try body(&reader))
            } catch {
                return .failure(error)
            }
        }
        do throws(ByteReaderError) {
            return try result.get()
        } catch {
            throw KeyBaseError("the base's table \(name) is not as it was written: \(error)")
        }
    }
}
