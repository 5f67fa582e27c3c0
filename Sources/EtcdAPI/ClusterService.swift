internal import EtcdMessages
internal import Replication

/// `etcdserverpb.Cluster`, as far as it reads.
struct ClusterService {
    let replica: Replica

    /// The members. Linearizable if the request says so, else what this node knows.
    func memberList(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let list = caller.decode(MemberListRequest.self, request) else { return }
        guard list.linearizable else { return caller.send(members()) }
        replica.read { [self] result in
            switch result {
            case .ready: caller.send(members())
            case .refused(let refusal): caller.fail(CallFailure(refusal))
            case .timedOut: caller.fail(.readTimedOut)
            }
        }
    }

    /// etcd's answer has no revision here.
    private func members() -> MemberListResponse {
        var response = MemberListResponse()
        response.header.sign(by: replica)
        response.members = replica.members.map { view in
            var member = Member()
            member.id = view.id
            member.name = view.name
            member.peerUrls = view.peerURLs
            member.clientUrls = view.clientURLs
            member.isLearner = view.isLearner
            return member
        }
        return response
    }
}
