internal import Basics
internal import Paxos
internal import PaxosCodec
internal import WriteAheadLog

extension Hello {
    /// A replica's hello to somebody whom it remembers nothing of.
    static func introduction(
        of configuration: ReplicaConfiguration, incarnation: Incarnation, log: WriteAheadLog,
        membership: Membership?, cluster: ClusterID?
    ) -> Hello {
        Hello(
            cluster: cluster ?? ClusterID(0), replica: configuration.replica,
            incarnation: incarnation, boot: log.boot, nonce: log.nonce,
            earlierStarts: log.starts.dropLast(),
            isEmpty: membership == nil,
            memberListHash: configuration.memberListHash,
            genesis: cluster == nil ? nil : membership?.encoded, remembered: nil,
            clientURLs: configuration.clientURLs, productVersion: configuration.productVersion)
    }

    /// Whether the sender belongs to no cluster yet.
    var isClusterless: Bool { cluster == ClusterID(0) }

    /// The membership that the sender's cluster began with; nil if it has none, or sent nonsense.
    var genesisMembership: Membership? {
        genesis?.withUnsafeBytes { try? Membership(whole: $0) }
    }
}
