import LogTesting
import Observability
import Paxos
import Testing
import WriteAheadLog

@testable import Replication

/// What an operator can make of one survivor, and what not.
@Suite("Recovery of a cluster")
struct ClusterRecoveryTests {
    private let identity = Identity(
        cluster: ClusterID(3), replica: ReplicaID(7), memberName: "n1", clusterTokenHash: 5,
        incarnation: Incarnation(9), salt: 0x5a17)

    /// A directory whose log holds these records, and that has no base.
    private func parts(_ records: [DurableRecord]) throws -> RecoveredParts {
        let disk = ForgetfulDisk()
        let log = try recovered(disk).log
        let members = Membership(seats: [
            Seat(
                replica: identity.replica, incarnation: identity.incarnation, isVoter: true,
                name: "n1", peerURLs: ["http://n1:2380"])
        ])
        log.start()
        while disk.completeNext() { log.drainCompletions(nowMilliseconds: 1) }
        log.append(
            [.configuration(slot: .zero, membership: members)] + records, boxNumber: 1)
        log.flush(nowMilliseconds: 2)
        while disk.completeNext() { log.drainCompletions(nowMilliseconds: 3) }
        return try recovered(disk)
    }

    private func recovered(_ disk: ForgetfulDisk) throws -> RecoveredParts {
        try Recovery.run(
            disk: disk, identity: identity, nonce: 1, options: LogOptions(segmentBytes: 1 << 20),
            logger: Logger(component: "test", sink: .silent), saveIdentity: { _ in })
    }

    private let ballot = Ballot(round: 1, replica: ReplicaID(7), incarnation: Incarnation(9))

    @Test func whatWasAcceptedCounts() throws {
        let accepted = AcceptedValue(slot: Slot(2), ballot: ballot, value: .noOperation)
        let recovery = try ClusterRecovery(
            parts([.learned(slot: Slot(1), value: .noOperation), .accepted(accepted)]))
        #expect(recovery.report.decidedUpTo == Slot(1))
        #expect(recovery.report.acceptedUpTo == Slot(2))
        #expect(recovery.report.membershipSlot == Slot(3))
    }

    @Test func aLogWhoseBeginningOnlyALostBaseHadMakesNoCluster() throws {
        let truncated = try parts([.truncated(upTo: Slot(50))])
        #expect(truncated.state?.lacksBase == true)
        #expect(throws: ClusterRecovery.Refusal.lacksBase(upTo: Slot(50))) {
            try ClusterRecovery(truncated)
        }
    }
}
