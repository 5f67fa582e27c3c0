internal import EtcdMessages
internal import MVCC
internal import Replication
internal import StateMachine

/// `etcdserverpb.Maintenance`, as far as it looks and does not change.
struct MaintenanceService {
    let replica: Replica
    let options: EtcdDoorOptions

    /// How this member is: answered by every member by itself, with or without a leader.
    func status(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(StatusRequest.self, request) != nil else { return }
        let status = replica.status
        var response = StatusResponse()
        response.header = .current(of: replica)
        response.version = options.etcdVersion
        response.storageVersion = options.etcdVersion
        let inUse = replica.machine.keyspace.logicalByteCount
        // Until the base on disk exists, the log is all that the store has there.
        response.dbSize = max(Int64(clamping: status.logBytes), Int64(inUse))
        response.dbSizeInUse = Int64(inUse)
        response.leader = status.leader
        response.raftTerm = status.ballotRound
        response.raftIndex = status.decidedSlot
        response.raftAppliedIndex = status.appliedSlot
        response.isLearner = status.isLearner
        if status.leader == 0 { response.errors.append(EtcdError.noLeader.text) }
        if let problem = status.problem { response.errors.append(problem) }
        for role in status.deadRoles { response.errors.append("the \(role) is dead") }
        caller.send(response)
    }
}
