package import MVCC
package import Paxos
package import Rows
internal import StateMachine

/// The state that a new cluster begins with when it is made of a backup.
package enum RestoredState {
    /// The tables for a base that holds a backup's rows, and the revision that they are at: nothing below it can be
    /// read, so that no watcher takes the new history for the old one.
    package static func tables(
        of base: any Base, members: Membership, revisionsBumped: Int64,
        injectedBug: ReplicaBug? = nil
    ) throws(KeyBaseError) -> (tables: [TableRow], revision: Int64) {
        let machine = ReplicatedState()
        let found: [TableRow]
        do throws(RowError) { found = try base.tables() } catch {
            throw KeyBaseError(error.description)
        }
        guard !found.isEmpty else { throw KeyBaseError("the backup holds no state") }
        try machine.restore(found, over: base.keys)
        machine.beginAnew(
            seats: members.seats.compactMap { seat in
                seat.incarnation.map { (seat.replica.rawValue, $0.rawValue) }
            },
            revisionsBumped: injectedBug == .restoredRevisionsTooLow ? 1 : revisionsBumped)
        // The membership that a cluster begins with is that of slot 0, whatever slot its state is of.
        let governing = GoverningMembership(slot: .zero, membership: members)
        return (machine.freezeTables().rows + [governing.tableRow], machine.keyspace.revision)
    }
}
