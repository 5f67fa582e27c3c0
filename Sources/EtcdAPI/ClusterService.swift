internal import EtcdMessages
internal import Protobuf
internal import Replication

/// `etcdserverpb.Cluster`, and the change of members that Synod has beyond it. Every node takes the orders; the
/// leader carries them out.
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
            case .timedOut(let delay): caller.fail(CallFailure(delay))
            }
        }
    }

    /// Adds a member, which has no name until it starts.
    func memberAdd(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let add = caller.decode(MemberAddRequest.self, request) else { return }
        let id = replica.drawMemberID()
        let order = MembershipOrder.add(id, peerURLs: add.peerUrls, isLearner: add.isLearner)
        carryOut(order, caller, MemberAddResponse()) { response, header, members in
            response.header = header
            response.members = members
            if let member = members.first(where: { $0.id == id }) {
                response.member = member
            }
        }
    }

    /// Makes a learner a voter.
    func memberPromote(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let promote = caller.decode(MemberPromoteRequest.self, request) else { return }
        carryOut(.promote(promote.id), caller, MemberPromoteResponse()) {
            $0.header = $1
            $0.members = $2
        }
    }

    /// Takes a member's seat away, for ever.
    func memberRemove(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let remove = caller.decode(MemberRemoveRequest.self, request) else { return }
        carryOut(.remove(remove.id), caller, MemberRemoveResponse()) {
            $0.header = $1
            $0.members = $2
        }
    }

    /// Says where a member is found from now on.
    func memberUpdate(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let update = caller.decode(MemberUpdateRequest.self, request) else { return }
        let order = MembershipOrder.update(update.id, peerURLs: update.peerUrls)
        carryOut(order, caller, MemberUpdateResponse()) {
            $0.header = $1
            $0.members = $2
        }
    }

    /// Puts a new member in the place of another one, in one change.
    func memberReplace(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let replace = caller.decode(ReplaceMemberRequest.self, request) else { return }
        let new = replica.drawMemberID()
        let order = MembershipOrder.replace(
            replace.id, by: new, peerURLs: replace.peerUrls)
        carryOut(order, caller, ReplaceMemberResponse()) { response, header, members in
            response.header = header
            response.members = members
            if let member = members.first(where: { $0.id == new }) {
                response.member = member
            }
        }
    }

    /// etcd's answers have no revision here.
    private func carryOut<Response: ProtobufJSONMessage>(
        _ order: MembershipOrder, _ caller: Caller, _ empty: Response,
        fill: @escaping (inout Response, ResponseHeader, [Member]) -> Void
    ) {
        replica.order(order) { [replica] result in
            guard case .done(let membership) = result else {
                return caller.fail(CallFailure(result))
            }
            var header = ResponseHeader()
            header.sign(by: replica)
            var response = empty
            fill(&response, header, replica.views(of: membership).map(Member.init))
            caller.send(response)
        }
    }

    private func members() -> MemberListResponse {
        var response = MemberListResponse()
        response.header.sign(by: replica)
        response.members = replica.members.map(Member.init)
        return response
    }
}

extension Member {
    /// A member as etcd's clients see it.
    fileprivate init(_ view: MemberView) {
        self.init()
        id = view.id
        name = view.name
        peerUrls = view.peerURLs
        clientUrls = view.clientURLs
        isLearner = view.isLearner
    }
}
