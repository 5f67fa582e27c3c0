package import MVCC

/// The replicated table that keeps a command which was sent again from being executed again: one
/// row for each replica that sends commands.
package struct Origins {
    /// Ordered by replica: a few, searched in order.
    var replicas: [UInt64] = []
    var rows: [OriginRow] = []
    /// Whether only admitted replicas are listened to.
    var isClosed = false

    package init() {}

    /// Makes `seats` the replicas that are listened to, each in one life of its data directory. The
    /// row of a replica that stays in the same life stays; an earlier life is forgotten, and what
    /// still comes from it is not executed.
    package mutating func admit(_ seats: [(replica: UInt64, incarnation: UInt64)]) {
        var admitted = Origins()
        admitted.isClosed = true
        for seat in seats.sorted(by: { $0.replica < $1.replica }) {
            var row = OriginRow(incarnation: seat.incarnation)
            if let index = index(of: seat.replica), rows[index].incarnation == seat.incarnation {
                row = rows[index]
            }
            admitted.replicas.append(seat.replica)
            admitted.rows.append(row)
        }
        self = admitted
    }

    /// The replicas that are listened to.
    var replicaCount: Int { replicas.count }

    /// Whether a replica is one of them.
    func has(_ replica: UInt64) -> Bool { index(of: replica) != nil }

    /// Takes over a bundle's header.
    ///
    /// - Returns: the row for `execute`; nil if nothing of the bundle may be executed.
    package mutating func accept(_ header: BundleHeader) -> Int? {
        var row = index(of: header.origin.replica)
        if row == nil, !isClosed { row = insert(header.origin) }
        guard let row, rows[row].accept(header) else { return nil }
        return row
    }

    /// Notes that the command `sequence` of `row` is being executed; false if it must be skipped.
    package mutating func execute(_ sequence: UInt64, row: Int) -> Bool {
        rows[row].execute(sequence)
    }

    /// The newest start of this life of this replica that was heard of; nil if that life is not known.
    func boot(of origin: Origin) -> UInt64? {
        guard let row = index(of: origin.replica), rows[row].incarnation == origin.incarnation
        else { return nil }
        return rows[row].boot
    }

    private func index(of replica: UInt64) -> Int? { replicas.firstIndex(of: replica) }

    private mutating func insert(_ origin: Origin) -> Int {
        let place = replicas.firstIndex { $0 > origin.replica } ?? replicas.count
        replicas.insert(origin.replica, at: place)
        rows.insert(OriginRow(incarnation: origin.incarnation), at: place)
        return place
    }

    /// Adds the whole table.
    package func add(to digest: inout StateDigest) {
        digest.add(UInt64(rows.count) << 1 | (isClosed ? 1 : 0))
        for (index, row) in rows.enumerated() {
            digest.add(replicas[index])
            row.add(to: &digest)
        }
    }
}
