internal import EtcdMessages
internal import Protobuf

extension Client {
    /// What one node says of itself; it is asked once, and only it.
    public func status(_ endpoint: Endpoint) async throws(ClientError) -> StatusResult {
        let response: StatusResponse = try await call(
            MaintenanceMethods.status, StatusRequest(), .read, endpoint: endpoint,
            needsLeader: false)
        return StatusResult(response)
    }

    /// What is wrong, as all members know it.
    public func alarms() async throws(ClientError) -> [Alarm] {
        let response: AlarmResponse = try await call(
            MaintenanceMethods.alarm, AlarmRequest(), .read, needsLeader: true)
        return response.alarms.map(Alarm.init)
    }

    /// Ends all alarms, and returns those that it ended. One whose cause is still there comes back.
    public func disarmAlarms() async throws(ClientError) -> [Alarm] {
        var disarmed: [Alarm] = []
        for alarm in try await alarms() {
            let request = AlarmRequest.with {
                $0.action = .deactivate
                $0.memberID = alarm.member
                $0.alarm = alarm.kind == .noSpace ? .nospace : .corrupt
            }
            let response: AlarmResponse = try await call(
                MaintenanceMethods.alarm, request, .write, needsLeader: true)
            disarmed += response.alarms.map(Alarm.init)
        }
        return disarmed
    }

    /// The members of the cluster.
    public func memberList(linearizable: Bool = true) async throws(ClientError) -> [Member] {
        var request = MemberListRequest()
        request.linearizable = linearizable
        let response: MemberListResponse = try await call(
            ClusterMethods.memberList, request, .read, needsLeader: linearizable)
        return response.members.map(Member.init)
    }
}
