import Rows

/// Another store's rows, and how many of them are visited.
///
/// Unchecked: for tests of one thread.
final class CountedRows: RowStoring, @unchecked Sendable {
    private let rows: any RowStoring
    var visited = 0

    init(_ rows: any RowStoring) { self.rows = rows }

    func value(of key: [UInt8]) throws(RowError) -> [UInt8]? { try rows.value(of: key) }

    func visit(
        from lower: [UInt8], to upper: [UInt8], descending: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(RowError) {
        try rows.visit(from: lower, to: upper, descending: descending) {
            visited += 1
            return body($0, $1)
        }
    }

    func makeRun(_ kind: RunKind) throws(RowError) -> any RowRun { try rows.makeRun(kind) }
    func takeIn(_ runs: [any RowRun]) throws(RowError) { try rows.takeIn(runs) }
    func forget(compactedRevision revision: Int64) throws(RowError) {
        try rows.forget(compactedRevision: revision)
    }
    var forgottenRevision: Int64 { rows.forgottenRevision }
    var isBehind: Bool { rows.isBehind }
    var byteCount: Int { rows.byteCount }
}
