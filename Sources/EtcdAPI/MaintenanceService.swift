internal import EtcdMessages
internal import MVCC
internal import Replication
internal import StateMachine

/// `etcdserverpb.Maintenance`, without what streams a backup or hashes the store: those have files of their own.
struct MaintenanceService {
    let replica: Replica
    let proposer: CommandProposer
    let options: EtcdDoorOptions

    /// How this member is: answered by every member by itself, with or without a leader.
    func status(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(StatusRequest.self, request) != nil else { return }
        let status = replica.status
        var response = StatusResponse()
        response.header = .current(of: replica)
        response.version = options.etcdVersion
        response.storageVersion = options.etcdVersion
        let size = replica.storeSize
        response.dbSize = size.stored
        response.dbSizeInUse = size.inUse
        response.dbSizeQuota = Int64(clamping: replica.machine.quotaBytes)
        response.leader = status.leader
        response.raftTerm = status.ballotRound
        response.raftIndex = status.decidedSlot
        response.raftAppliedIndex = status.appliedSlot
        response.isLearner = status.isLearner
        // None is ever under way.
        response.downgradeInfo = DowngradeInfo()
        if status.leader == 0 { response.errors.append(EtcdError.noLeader.text) }
        if let problem = status.problem { response.errors.append(problem) }
        for role in status.deadRoles { response.errors.append("the \(role) is dead") }
        response.errors += replica.alarmMembers.map(\.text)
        fillProgress(of: status, into: &response)
        caller.send(response)
    }

    /// Gives leadership to another voter; asked of the leader only, as etcd has it. Its answer has no header.
    func moveLeader(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let order = caller.decode(MoveLeaderRequest.self, request) else { return }
        replica.moveLeader(to: order.targetID) { end in
            switch end {
            case .done: caller.send(MoveLeaderResponse())
            case .notLeader: caller.fail(CallFailure(EtcdError.notLeader))
            case .badTarget: caller.fail(CallFailure(EtcdError.badTransferee))
            case .unreachable: caller.fail(.silentTransferee)
            case .timedOut: caller.fail(CallFailure(EtcdError.transferTimedOut))
            }
        }
    }

    /// How far the member is behind; nothing of one that is not, whose answer is etcd's.
    private func fillProgress(of status: ReplicaStatus, into response: inout StatusResponse) {
        guard status.progress.isBehind else { return }
        response.slotsBehind = status.progress.slotsBehind
        response.catchUpBytesPerSecond = status.progress.bytesPerSecond
        response.catchUpSecondsLeft = status.progress.secondsLeft ?? 0
    }

    /// Lists, raises or disarms alarms. The list is a linearizable read of what the members have agreed on: it takes
    /// no slot, because disks may be full.
    func alarm(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let order = caller.decode(AlarmRequest.self, request) else { return }
        guard order.action == .get else { return proposer.propose(.alarm, request, caller) }
        replica.read { result in
            switch result {
            case .ready: caller.send(alarms(order.alarm))
            case .refused(let refusal): caller.fail(CallFailure(refusal))
            case .timedOut(let delay): caller.fail(CallFailure(delay))
            }
        }
    }

    private func alarms(_ kind: AlarmType) -> AlarmResponse {
        var response = AlarmResponse()
        response.header = .current(of: replica)
        response.alarms = replica.alarmMembers.filter { kind == .none || kind == $0.alarm }
        return response
    }
}

extension AlarmMember {
    /// As etcd writes it among the errors of a status.
    fileprivate var text: String {
        let kind =
            switch alarm {
            case .nospace: "NOSPACE"
            case .corrupt: "CORRUPT"
            case .none, .UNRECOGNIZED: "NONE"
            }
        return "memberID:\(memberID) alarm:\(kind) "
    }
}
