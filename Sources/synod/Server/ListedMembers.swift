internal import Digests
internal import Paxos
internal import Peering
internal import Replication

/// The members as the operator listed them, with their ids.
struct ListedMembers {
    /// This member's id.
    let own: ReplicaID
    /// Where the others listen.
    let peers: [PeerAddress]
    private let listed: [ListedMember]

    /// `configuration` was checked: this member is in the list, and every member has a URL.
    init(_ configuration: ServeConfiguration) {
        listed = configuration.initialCluster.map { member in
            let urls = member.peerURLs.map(\.description)
            let replica = MemberIdentity.replica(
                peerURLs: urls, token: configuration.initialClusterToken)
            return ListedMember(replica: replica, name: member.name, peerURLs: urls)
        }
        let position = configuration.initialCluster.firstIndex { $0.name == configuration.name }
        guard let position else { preconditionFailure("this member is in its own list") }
        own = listed[position].replica
        peers = zip(listed, configuration.initialCluster).compactMap { member, initial in
            guard member.name != configuration.name else { return nil }
            return PeerAddress(
                replica: member.replica, name: member.name, host: initial.peerURLs[0].host,
                port: initial.peerURLs[0].port)
        }
    }

    func replicaConfiguration(_ configuration: ServeConfiguration) -> ReplicaConfiguration {
        let electionTimeout = UInt64(configuration.electionTimeoutMilliseconds)
        var result = ReplicaConfiguration(
            replica: own, name: configuration.name, listed: listed,
            memberListHash: MemberIdentity.listHash(
                listed, token: configuration.initialClusterToken),
            mayForm: configuration.initialClusterState == .new,
            clientURLs: configuration.advertiseClientURLs.map(\.description),
            electionTimeoutMilliseconds: electionTimeout,
            heartbeatMilliseconds: UInt64(configuration.heartbeatIntervalMilliseconds),
            requestTimeoutMilliseconds: 5_000 + 2 * electionTimeout,
            productVersion: Version.synod, seed: SecureRandom.uint64())
        result.quotaBytes = configuration.quotaBytes
        result.injectedBug = configuration.injectedBug
        return result
    }
}
