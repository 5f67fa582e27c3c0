internal import Digests
internal import Paxos
internal import Peering
internal import Replication
internal import Watching
internal import WriteAheadLog

/// Who this node is, and whom it meets while it does not know the membership from its log.
struct ListedMembers {
    /// This member's id.
    let own: ReplicaID
    /// Where the others listen.
    let peers: [PeerAddress]
    private let listed: [ListedMember]
    private let listHash: UInt64

    /// `configuration` was checked: this member is in the list, and every member has a URL. The id is that of the
    /// data directory; an empty one takes that of the seat which the cluster has for it, or, when there is no
    /// cluster, the one that follows from the flags.
    init(
        _ configuration: ServeConfiguration, identity: Identity?, joined: JoiningSeat?
    ) {
        let flags = configuration.initialCluster.map { member in
            let urls = member.peerURLs.map(\.description)
            let replica = MemberIdentity.replica(
                peerURLs: urls, token: configuration.initialClusterToken)
            return ListedMember(replica: replica, name: member.name, peerURLs: urls)
        }
        listHash = MemberIdentity.listHash(flags, token: configuration.initialClusterToken)
        guard let first = flags.first(where: { $0.name == configuration.name }) else {
            preconditionFailure("this member is in its own list")
        }
        let own = joined?.replica ?? identity?.replica ?? first.replica
        self.own = own
        listed = joined.map(\.members) ?? flags
        peers = listed.filter { $0.replica != own && $0.replica != first.replica }.map { member in
            PeerAddress(
                replica: member.replica, name: member.name,
                urls: member.peerURLs.compactMap { PeerURL($0) })
        }
    }

    func replicaConfiguration(_ configuration: ServeConfiguration) -> ReplicaConfiguration {
        let electionTimeout = UInt64(configuration.electionTimeoutMilliseconds)
        var result = ReplicaConfiguration(
            replica: own, name: configuration.name, listed: listed, memberListHash: listHash,
            mayForm: configuration.initialClusterState == .new,
            clientURLs: configuration.advertiseClientURLs.map(\.description),
            electionTimeoutMilliseconds: electionTimeout,
            heartbeatMilliseconds: UInt64(configuration.heartbeatIntervalMilliseconds),
            requestTimeoutMilliseconds: 5_000 + 2 * electionTimeout,
            productVersion: Version.synod, seed: SecureRandom.uint64())
        result.isReadmittedByItself = configuration.readmission == .automatic
        result.autoCompaction = configuration.autoCompaction
        result.quotaBytes = configuration.quotaBytes
        result.watches.progressMilliseconds = configuration.watchProgressMilliseconds
        result.scrub.intervalMilliseconds = configuration.scrubIntervalMilliseconds
        result.memory = configuration.memoryLimit.plan
        result.injectedBug = configuration.injectedBug
        return result
    }
}
