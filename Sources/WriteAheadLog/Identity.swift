internal import Basics
package import Paxos

/// Who a data directory is. It is durable before the first message to a peer.
package struct Identity: Equatable, Sendable {
    package static let formatVersion: UInt16 = 1
    private static let magic = [UInt8]("SYNODIDN".utf8)
    private static let bodyOffset = 14

    /// `ClusterID(0)`: none yet.
    package var cluster: ClusterID
    package let replica: ReplicaID
    package let memberName: String
    /// Of the token that the member was first started with.
    package let clusterTokenHash: UInt64
    package var incarnation: Incarnation
    /// Random and never shown: nobody can store a value that looks like a part of the log.
    package let salt: UInt64
    /// Set once the log's first segment was durable: from then on an absent log is a lost one.
    package var hasLog: Bool
    /// Clusters that the directory belonged to before an operator made another one of it: parts of the log are theirs.
    package var formerClusters: [ClusterID] = []

    package init(
        cluster: ClusterID = ClusterID(0), replica: ReplicaID, memberName: String,
        clusterTokenHash: UInt64, incarnation: Incarnation, salt: UInt64, hasLog: Bool = false
    ) {
        self.cluster = cluster
        self.replica = replica
        self.memberName = memberName
        self.clusterTokenHash = clusterTokenHash
        self.incarnation = incarnation
        self.salt = salt
        self.hasLog = hasLog
    }

    enum Reading: Equatable {
        case identity(Identity)
        case newer(UInt16)
        case damaged
    }

    func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.writeRaw(Self.magic)
        writer.write(Self.formatVersion)
        writer.write(UInt32(0))
        writer.write(cluster.rawValue)
        writer.write(replica.rawValue)
        writer.write(incarnation.rawValue)
        writer.write(salt)
        writer.write(clusterTokenHash)
        writer.write(UInt8(hasLog ? 1 : 0))
        writer.writeString(memberName)
        if !formerClusters.isEmpty {
            writer.writeVarint(UInt64(formerClusters.count))
            for cluster in formerClusters { writer.write(cluster.rawValue) }
        }
        writer.overwrite(Self.checksum(writer.bytes), at: 10)
        return writer.bytes
    }

    static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes.count > bodyOffset, bytes.starts(with: magic) else { return .damaged }
        let stored = bytes[10..<14].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard stored == checksum(bytes) else { return .damaged }
        let version = UInt16(bytes[8]) | UInt16(bytes[9]) << 8
        guard version <= formatVersion else { return .newer(version) }
        return bytes.withUnsafeBytes {
            var reader = ByteReader(UnsafeRawBufferPointer(rebasing: $0[bodyOffset...]))
            guard let identity = try? Identity(from: &reader), reader.isAtEnd else {
                return .damaged
            }
            return .identity(identity)
        }
    }

    private init(from reader: inout ByteReader) throws(ByteReaderError) {
        cluster = ClusterID(try reader.read(UInt64.self))
        replica = ReplicaID(try reader.read(UInt64.self))
        incarnation = Incarnation(try reader.read(UInt64.self))
        salt = try reader.read(UInt64.self)
        clusterTokenHash = try reader.read(UInt64.self)
        let flag: UInt8 = try reader.read()
        guard flag <= 1 else { throw .invalid("flag") }
        hasLog = flag == 1
        memberName = try reader.readString()
        guard !reader.isAtEnd else { return }
        let count = try reader.readVarint()
        guard count <= UInt64(Limits.formerClusters) else { throw .invalid("former clusters") }
        for _ in 0..<count { formerClusters.append(ClusterID(try reader.read(UInt64.self))) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        CRC32C.checksum([UInt8](bytes[14...]), seed: CRC32C.checksum([UInt8](bytes[..<10])))
    }
}
