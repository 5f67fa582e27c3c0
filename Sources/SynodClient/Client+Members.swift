internal import EtcdMessages
internal import Protobuf

/// Members come and go. A change that ends in an uncertain error may have been made: look at `members`.
extension Client {
    /// The members of the cluster, and who says so.
    public func members(linearizable: Bool = true) async throws(ClientError) -> MembersResult {
        var request = MemberListRequest()
        request.linearizable = linearizable
        let response: MemberListResponse = try await call(
            ClusterMethods.memberList, request, .read, needsLeader: linearizable)
        return MembersResult(response.header, nil, response.members)
    }

    /// Adds a member that will be found at these URLs. It votes as soon as it has started and caught up; a
    /// learner waits for `promoteMember`.
    public func addMember(
        peerURLs: [String], isLearner: Bool = false
    ) async throws(ClientError) -> MembersResult {
        let request = MemberAddRequest.with {
            $0.peerUrls = peerURLs
            $0.isLearner = isLearner
        }
        let response: MemberAddResponse = try await call(ClusterMethods.memberAdd, request, .write)
        return MembersResult(response.header, response.member, response.members)
    }

    /// Makes a learner a voter.
    public func promoteMember(_ id: UInt64) async throws(ClientError) -> MembersResult {
        let response: MemberPromoteResponse = try await call(
            ClusterMethods.memberPromote, MemberPromoteRequest.with { $0.id = id }, .write)
        return MembersResult(response.header, nil, response.members)
    }

    /// Takes a member's seat away, for ever.
    public func removeMember(_ id: UInt64) async throws(ClientError) -> MembersResult {
        let response: MemberRemoveResponse = try await call(
            ClusterMethods.memberRemove, MemberRemoveRequest.with { $0.id = id }, .write)
        return MembersResult(response.header, nil, response.members)
    }

    /// Says where a member is found from now on.
    public func updateMember(
        _ id: UInt64, peerURLs: [String]
    ) async throws(ClientError) -> MembersResult {
        let request = MemberUpdateRequest.with {
            $0.id = id
            $0.peerUrls = peerURLs
        }
        let response: MemberUpdateResponse = try await call(
            ClusterMethods.memberUpdate, request, .write)
        return MembersResult(response.header, nil, response.members)
    }

    /// Puts a new member in the place of another one, in one change.
    public func replaceMember(
        _ id: UInt64, peerURLs: [String]
    ) async throws(ClientError) -> MembersResult {
        let request = ReplaceMemberRequest.with {
            $0.id = id
            $0.peerUrls = peerURLs
        }
        let response: ReplaceMemberResponse = try await call(
            MembersMethods.replace, request, .write)
        return MembersResult(response.header, response.member, response.members)
    }
}

extension MembersResult {
    fileprivate init(
        _ header: ResponseHeader, _ member: EtcdMessages.Member?,
        _ members: [EtcdMessages.Member]
    ) {
        self.init(
            info: ResponseInfo(header), member: member.map(Member.init),
            members: members.map(Member.init))
    }
}
