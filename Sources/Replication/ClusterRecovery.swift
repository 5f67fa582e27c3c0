internal import Basics
internal import MVCC
package import Paxos
internal import StateMachine
internal import WriteAheadLog

/// What an operator does when a quorum of the voters has lost its data for good: a new cluster is made of one
/// survivor, with itself as the only member and all that it has. Offline: nobody else may use the directory.
///
/// Whatever the survivor has accepted may have been decided, and its clients told so: it counts as decided. What
/// only others have accepted is lost, so the survivor should be the one that has most.
package struct ClusterRecovery {
    /// What there is, and what became of it.
    package struct Report: Equatable {
        package let member: String
        package let formerCluster: ClusterID
        package let formerMembers: [String]
        /// Slots that were known to be decided, and the highest one that was accepted.
        package let decidedUpTo: Slot
        package let acceptedUpTo: Slot
        package let revision: Int64
        /// The slot of the membership with one member.
        package let membershipSlot: Slot
    }

    package let report: Report
    /// What has to become durable, in this order, behind all that the log has.
    package let records: [DurableRecord]
    private let log: WriteAheadLog

    /// Why nothing can be made of a directory.
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case noCluster
        /// Its base is lost, and its log has these slots no more.
        case lacksBase(upTo: Slot)

        package var description: String {
            switch self {
            case .noCluster: "it belongs to no cluster"
            case .lacksBase(let slot):
                "its base is lost or too old, and its log does not have the slots up to \(slot.rawValue) any more: "
                    + "put the base back, take another survivor, or restore a backup"
            }
        }
    }

    /// - Throws: if the directory belongs to no cluster, or a state is missing that only other members could give.
    package init(_ parts: RecoveredParts) throws(Refusal) {
        guard let state = parts.state else { throw .noCluster }
        guard !state.lacksBase else { throw .lacksBase(upTo: state.truncatedUpTo) }
        let identity = parts.identity
        let last = state.highestAccepted
        let slot = last.next
        let known = state.membership.seat(of: identity.replica)
        let seat = Seat(
            replica: identity.replica, incarnation: identity.incarnation, kind: .voter,
            name: identity.memberName, peerURLs: known?.peerURLs ?? [],
            clientURLs: known?.clientURLs ?? [])
        records = Self.records(
            deciding: state, then: Membership(seats: [seat]), in: slot)
        report = Report(
            member: identity.memberName, formerCluster: identity.cluster,
            formerMembers: state.membership.seats.map(\.name), decidedUpTo: state.decidedUpTo,
            acceptedUpTo: last, revision: parts.machine.keyspace.revision, membershipSlot: slot)
        log = parts.log
    }

    /// Everything that was accepted is decided, and holes are filled: nothing may be left that a later ballot
    /// could find and propose again, an old membership least of all.
    private static func records(
        deciding state: DurableState, then membership: Membership, in end: Slot
    ) -> [DurableRecord] {
        var records: [DurableRecord] = []
        var slot = state.decidedUpTo.next
        while slot < end {
            let learned = state.learned.first { $0.slot == slot }?.value
            let accepted = state.accepted.first { $0.slot == slot }?.value
            records.append(.learned(slot: slot, value: learned ?? accepted ?? .noOperation))
            slot = slot.next
        }
        records.append(.learned(slot: end, value: .membership(membership)))
        records.append(.configuration(slot: end, membership: membership))
        return records
    }

    /// Appends the records to the log, and calls `then` when they are durable and the log is sealed. `turn` has to
    /// be called whenever the disk wakes its owner, and now and then. The identity must name the new cluster by
    /// then: a log of one member in the old cluster could decide beside the others.
    package func write(nowMilliseconds: UInt64, then: @escaping () -> Void) {
        log.onStarted = { [log, records] in
            log.append(records, boxNumber: 1)
            log.flush(nowMilliseconds: nowMilliseconds)
        }
        log.onDurable = { [log] _ in log.close(then: then) }
        log.start()
    }

    package func turn(nowMilliseconds: UInt64) {
        log.drainCompletions(nowMilliseconds: nowMilliseconds)
        log.tick(nowMilliseconds: nowMilliseconds)
    }
}
