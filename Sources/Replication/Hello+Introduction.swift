internal import Basics
package import Paxos
package import PaxosCodec
internal import WriteAheadLog

extension Hello {
    /// A replica's hello to somebody whom it remembers nothing of.
    static func introduction(
        of configuration: ReplicaConfiguration, incarnation: Incarnation, log: WriteAheadLog,
        genesis: Membership?, governing: GoverningMembership?, cluster: ClusterID?
    ) -> Hello {
        var hello = Hello(
            cluster: cluster ?? ClusterID(0), replica: configuration.replica,
            incarnation: incarnation, boot: log.boot, nonce: log.nonce,
            earlierStarts: log.starts.dropLast(),
            isEmpty: governing == nil,
            memberListHash: configuration.memberListHash,
            genesis: cluster == nil ? nil : genesis?.encoded, remembered: nil,
            clientURLs: configuration.clientURLs, productVersion: configuration.productVersion)
        hello.name = configuration.name
        if cluster != nil, let governing, governing.slot > .zero {
            hello.configurationSlot = governing.slot
            hello.membership = governing.membership.encoded
        }
        return hello
    }

    /// The membership that the sender is governed by; nil if it has none, or sent nonsense.
    package var governing: GoverningMembership? {
        guard let membership else {
            return genesisMembership.map { GoverningMembership(slot: .zero, membership: $0) }
        }
        let known = membership.withUnsafeBytes { try? Membership(whole: $0) }
        return known.map { GoverningMembership(slot: configurationSlot, membership: $0) }
    }

    /// Whether the sender belongs to no cluster yet.
    var isClusterless: Bool { cluster == ClusterID(0) }

    /// The membership that the sender's cluster began with; nil if it has none, or sent nonsense.
    var genesisMembership: Membership? {
        genesis?.withUnsafeBytes { try? Membership(whole: $0) }
    }
}
