internal import Basics
package import MVCC

/// Writes one flush into a store of rows: first all changes in the order of their revisions, then all changed keys
/// in the order of keys, then the tables of the state machine; and takes all of it in at once, in two runs, since
/// the history is only appended to (P33).
package final class FlushWriter {
    private let rows: any RowStoring
    private let history: any RowRun
    private let current: any RowRun
    /// Index rows follow all rows of newest states; kept until those are written.
    private var index: [(key: [UInt8], changes: [Revision])] = []
    private var buffer = ByteWriter()

    package init(_ rows: any RowStoring) throws(RowError) {
        self.rows = rows
        history = try rows.makeRun()
        current = try rows.makeRun()
    }

    /// Changes, each above those before.
    package func add(_ changes: [FlushedChange]) throws(RowError) {
        for change in changes {
            buffer.removeAll()
            RowValues.write(change, to: &buffer)
            try history.put(RowLayout.historyKey(change.revision), buffer.bytes)
        }
    }

    /// Changed keys, each above those before.
    package func add(_ keys: [FlushedKey]) throws(RowError) {
        for key in keys {
            if key.state.exists {
                buffer.removeAll()
                RowValues.write(key.state, to: &buffer)
                try current.put(RowLayout.currentKey(key.key), buffer.bytes)
            } else {
                try current.delete(RowLayout.currentKey(key.key))
            }
            if !key.changes.isEmpty { index.append((key.key, key.changes)) }
        }
    }

    /// Adds the tables, and takes everything in. Durable when it returns.
    package func finish(tables: [TableRow]) throws(RowError) {
        try rows.takeIn(runs(tables: tables))
    }

    /// Adds the tables: what `finish` takes in. Nothing can be added afterwards.
    func runs(tables: [TableRow]) throws(RowError) -> [any RowRun] {
        try addIndex()
        for table in tables.sorted(by: { KeyOrder.compare($0.key, $1.key) < 0 }) {
            try current.put(table.key, table.bytes)
        }
        return [current, history]
    }

    private func addIndex() throws(RowError) {
        for (key, changes) in index {
            for revision in changes { try current.put(RowLayout.indexKey(key, revision), []) }
        }
        index = []
    }
}

/// A table of the state machine, or a part of it, as one row.
package struct TableRow: Equatable, Sendable {
    package let name: String
    package let bytes: [UInt8]
    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    var key: [UInt8] { RowLayout.tableKey(name) }

    /// All tables of a store, in the order of their names.
    package static func all(in rows: any RowStoring) throws(RowError) -> [TableRow] {
        var tables: [TableRow] = []
        try rows.visit(from: [RowLayout.table], to: [RowLayout.table + 1], descending: false) {
            key, value in
            tables.append(
                TableRow(
                    name: String(decoding: key.dropFirst(), as: UTF8.self), bytes: Array(value)))
            return true
        }
        return tables
    }
}
