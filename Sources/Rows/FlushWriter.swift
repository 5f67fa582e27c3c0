internal import MVCC

/// Writes one flush into a store of rows: first all changes in the order of their revisions, then all changed keys
/// in the order of keys, then the tables of the state machine; and takes all of it in at once.
///
/// The runs are three: the history is only appended to, and goes to the oldest level at once (P33); so do newest states
/// of keys that come in order, if no other rows lie between them. Index and tables are in the third.
package final class FlushWriter {
    private let rows: any RowStoring
    private let history: any RowRun
    private let current: any RowRun
    private let index: any RowRun

    package init(_ rows: any RowStoring) throws(RowError) {
        self.rows = rows
        history = try rows.makeRun(.inOrder)
        current = try rows.makeRun(.singly)
        index = try rows.makeRun(.singly)
    }

    /// Changes, each above those before, or changed keys, each above those before and after all changes.
    package func add(_ piece: FlushPiece) throws(RowError) {
        try piece.visit { key, value throws(RowError) in
            guard let value else { return try current.delete(key) }
            switch key[0] {
            case RowLayout.history: try history.put(key, value)
            case RowLayout.index: try index.put(key, value)
            default: try current.put(key, value)
            }
        }
    }

    /// Adds the tables, and takes everything in. Durable when it returns.
    package func finish(tables: [TableRow]) throws(RowError) {
        try rows.takeIn(runs(tables: tables))
    }

    /// Adds the tables: what `finish` takes in. Nothing can be added afterwards.
    func runs(tables: [TableRow]) throws(RowError) -> [any RowRun] {
        for table in tables.sorted(by: { KeyOrder.compare($0.key, $1.key) < 0 }) {
            try index.put(table.key, table.bytes)
        }
        return [current, index, history]
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
