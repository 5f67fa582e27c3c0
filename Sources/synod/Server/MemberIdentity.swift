internal import Basics
internal import Digests
internal import Paxos
internal import PaxosCodec
internal import Replication

/// Ids that follow from what the operator wrote: the same list and token give the same ids on every
/// member.
enum MemberIdentity {
    /// A member's id: from its peer URLs and the cluster's token.
    static func replica(peerURLs: [String], token: String) -> ReplicaID {
        var writer = ByteWriter()
        for url in peerURLs.sorted() { writer.writeString(url) }
        writer.writeString(token)
        return ReplicaID(shortDigest(writer.bytes))
    }

    /// A hash of the whole list and the token: members with different ones do not form a cluster.
    static func listHash(_ listed: [ListedMember], token: String) -> UInt64 {
        var writer = ByteWriter()
        for member in listed.sorted(by: { $0.replica < $1.replica }) {
            writer.write(member.replica.rawValue)
            writer.writeString(member.name)
            for url in member.peerURLs.sorted() { writer.writeString(url) }
        }
        writer.writeString(token)
        return shortDigest(writer.bytes)
    }

    /// A hash of the token alone, for the data directory.
    static func tokenHash(_ token: String) -> UInt64 { shortDigest(Array(token.utf8)) }

    /// A cluster's id: the hash of the membership that it began with, incarnations included (P4).
    static func cluster(genesis: Membership) -> ClusterID {
        ClusterID(shortDigest(genesis.encoded))
    }

    /// A number for what members are made of: a backup and a list. Members with different ones do not belong
    /// together.
    static func restoredOrigin(
        listHash: UInt64, digest: [UInt8], revisionsBumped: Int64
    ) -> UInt64 {
        var writer = ByteWriter()
        writer.writeString("restored")
        writer.write(listHash)
        writer.writeBytes(digest)
        writer.write(revisionsBumped)
        return shortDigest(writer.bytes)
    }

    /// The life that a member's directory begins with when it is made of a backup: the same one on all members'
    /// lists, without their speaking to each other.
    static func restoredIncarnation(of replica: ReplicaID, origin: UInt64) -> Incarnation {
        var writer = ByteWriter()
        writer.write(origin)
        writer.write(replica.rawValue)
        return Incarnation(shortDigest(writer.bytes))
    }

    /// The first eight bytes of SHA-256, never 0: that means "none".
    private static func shortDigest(_ bytes: [UInt8]) -> UInt64 {
        let number = SHA256.digest(bytes).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return max(number, 1)
    }
}
