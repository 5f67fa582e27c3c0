internal import Basics
internal import MVCC
package import Rows

/// The leases as rows of a base: a row for each group of neighbouring places, written when one of them has changed,
/// and one that says how many places count.
extension Leases {
    private static let headName = "leases"
    private static let groupPrefix = "leases/"

    /// Whether a row of a base is one of these.
    static func owns(_ table: TableRow) -> Bool {
        table.name == headName || table.name.hasPrefix(groupPrefix)
    }

    /// What has changed since the last call, for a flush.
    func freezeChanged() -> FrozenTables { freeze(takeChangedGroups()) }

    /// All of it as it is now, for a flush that breaks a rule on purpose.
    package func freezeAll() -> FrozenTables { freeze(Array(0..<groupCount)) }

    /// Copies of single groups: one of the whole array would be paid for by the next lease that changes.
    private func freeze(_ numbers: [Int]) -> FrozenTables {
        let count = rows.count
        let groups = numbers.map { (number: $0, rows: Array(rows(ofGroup: $0))) }
        return FrozenTables {
            var head = ByteWriter()
            head.writeVarint(UInt64(count))
            return [TableRow(name: Self.headName, bytes: head.bytes)]
                + groups.map { Self.table($0.number, $0.rows) }
        }
    }

    private static func table(_ group: Int, _ rows: [LeaseRow]) -> TableRow {
        var writer = ByteWriter()
        for row in rows { row.write(to: &writer) }
        return TableRow(name: "\(groupPrefix)\(group)", bytes: writer.bytes)
    }

    /// Takes over what the rows of a base say.
    func restore(_ tables: [TableRow]) throws(ByteReaderError) {
        var count: Int?
        var groups: [(number: Int, rows: [LeaseRow])] = []
        for table in tables where Self.owns(table) {
            if table.name == Self.headName {
                count = Int(
                    truncatingIfNeeded: try read(table) { reader throws(ByteReaderError) in
                        try reader.readVarint()
                    })
                continue
            }
            guard let number = Int(table.name.dropFirst(Self.groupPrefix.count)) else {
                throw .invalid("a group of leases")
            }
            let rows = try read(table) { reader throws(ByteReaderError) in
                var rows: [LeaseRow] = []
                while !reader.isAtEnd { rows.append(try LeaseRow(from: &reader)) }
                return rows
            }
            groups.append((number, rows))
        }
        guard let count else { throw .invalid("a base without a table of leases") }
        replace(by: try join(groups, count))
    }

    /// All places, in order; groups behind the last place are of long ago.
    private func join(
        _ groups: [(number: Int, rows: [LeaseRow])], _ count: Int
    ) throws(ByteReaderError) -> [LeaseRow] {
        var joined: [LeaseRow] = []
        for group in groups.sorted(by: { $0.number < $1.number }) where joined.count < count {
            guard group.number * Limits.leasesPerTable == joined.count else {
                throw .invalid("the number of a group of leases")
            }
            joined += group.rows
        }
        guard joined.count == count else { throw .invalid("the number of leases") }
        return joined
    }

    private func read<Value>(
        _ table: TableRow, _ body: (inout ByteReader) throws(ByteReaderError) -> Value
    ) throws(ByteReaderError) -> Value {
        let result: Result<Value, ByteReaderError> = table.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            do throws(ByteReaderError) {
                return .success(try body(&reader))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension LeaseRow: ReplicatedTable {
    func write(to writer: inout ByteWriter) {
        writer.write(id)
        if isEmpty { return }
        writer.writeVarint(UInt64(ttlSeconds))
        writer.writeVarint(grantSlot)
        writer.writeVarint(UInt64(keyCount))
        for key in keys { writer.writeBytes(key) }
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        let id: Int64 = try reader.read()
        guard id != 0 else {
            self = .empty
            return
        }
        self.init(
            id: id, ttlSeconds: Int64(truncatingIfNeeded: try reader.readVarint()),
            grantSlot: try reader.readVarint())
        for _ in 0..<(try reader.readVarint()) {
            let key = try reader.readBytes()
            guard !has(key) else { throw .invalid("a key of a lease") }
            attach(key)
        }
    }
}
