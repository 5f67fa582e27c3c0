internal import EventLoops
internal import Observability
internal import Paxos
internal import Peering
internal import Replication
internal import TLS
internal import WriteAheadLog

/// The seat that a cluster has for a node with an empty directory: the one with its peer URLs. The node does not
/// know its id by itself, because ids are never used again, and URLs are.
struct JoiningSeat {
    let replica: ReplicaID
    /// All members, this one among them.
    let members: [ListedMember]

    private static let pauseMilliseconds: UInt64 = 500
    /// So often members may say that there is no such seat: the one that was asked may not know of it yet.
    private static let refusalsMax = 10
    /// How many times nobody answers before the operator is told again.
    private static let silencesPerReport = 20

    /// Asks the listed members until one knows; nil where there is nothing to ask: the directory belongs to a
    /// cluster, or the cluster is to be formed.
    static func find(
        _ configuration: ServeConfiguration, identity: Identity?, tls: TLSContext?,
        loop: EventLoop, logger: Logger
    ) throws(JoinError) -> JoiningSeat? {
        let isOfCluster = identity.map { $0.cluster != ClusterID(0) } ?? false
        let own = Set(configuration.initialAdvertisePeerURLs.map(\.description))
        let others = configuration.initialCluster.flatMap(\.peerURLs).map(\.description)
            .filter { !own.contains($0) }.compactMap { PeerURL($0) }
        guard configuration.initialClusterState == .existing, !isOfCluster, !others.isEmpty else {
            return nil
        }
        let seat = try seat(at: own, askedOf: others, tls: tls, loop: loop, logger: logger)
        if let made = identity?.replica, made != seat.replica {
            throw .otherSeat(urls: own.sorted(), made: made, given: seat.replica)
        }
        return seat
    }

    private static func seat(
        at own: Set<String>, askedOf others: [PeerURL], tls: TLSContext?, loop: EventLoop,
        logger: Logger
    ) throws(JoinError) -> JoiningSeat {
        var (refusals, silences) = (0, 0)
        while true {
            if let known = SeatInquiry.run(loop: loop, urls: others, tls: tls) {
                if let seat = JoiningSeat(own, in: known.membership) { return seat }
                refusals += 1
                if refusals > refusalsMax { throw .noSeat(urls: own.sorted()) }
            } else {
                if silences % silencesPerReport == 0 {
                    logger.warning(
                        "no member of the cluster answers yet", ["asked": "\(others)"])
                }
                silences += 1
            }
            pause(loop)
        }
    }

    private init?(_ urls: Set<String>, in membership: Membership) {
        guard let seat = membership.seats.first(where: { Set($0.peerURLs) == urls }) else {
            return nil
        }
        replica = seat.replica
        members = membership.seats.map {
            ListedMember(replica: $0.replica, name: $0.name, peerURLs: $0.peerURLs)
        }
    }

    private static func pause(_ loop: EventLoop) {
        var isOver = false
        loop.schedule(afterMilliseconds: pauseMilliseconds) { isOver = true }
        while !isOver { loop.runOnce(waiting: true) }
    }
}

/// Why a node cannot join a cluster. The description says what to do.
enum JoinError: Error, CustomStringConvertible {
    case noSeat(urls: [String])
    case otherSeat(urls: [String], made: ReplicaID, given: ReplicaID)

    var description: String {
        switch self {
        case .noSeat(let urls):
            "the cluster has no member at \(urls.joined(separator: ",")): add it first, with "
                + "synod member add, and check --initial-advertise-peer-urls"
        case .otherSeat(let urls, let made, let given):
            "the member at \(urls.joined(separator: ",")) is \(hexadecimal(given)) now, and this data "
                + "directory was made for \(hexadecimal(made)): remove the directory and start again"
        }
    }

    private func hexadecimal(_ replica: ReplicaID) -> String {
        String(replica.rawValue, radix: 16)
    }
}
