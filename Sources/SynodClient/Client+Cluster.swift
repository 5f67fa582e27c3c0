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

    /// The members of the cluster.
    public func memberList(linearizable: Bool = true) async throws(ClientError) -> [Member] {
        var request = MemberListRequest()
        request.linearizable = linearizable
        let response: MemberListResponse = try await call(
            ClusterMethods.memberList, request, .read, needsLeader: linearizable)
        return response.members.map(Member.init)
    }
}
