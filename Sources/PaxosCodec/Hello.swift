internal import Basics
package import Paxos

/// The first thing that each side of a peer connection says.
package struct Hello: Equatable, Sendable {
    /// The format that this version writes, and the highest that it reads.
    package static let formatVersion: UInt8 = 1

    /// `ClusterID(0)`: the sender belongs to no cluster yet.
    package var cluster: ClusterID
    package var replica: ReplicaID
    package var incarnation: Incarnation
    package var boot: BootNumber
    /// Names the sender's process: two holders of one directory have two nonces.
    package var nonce: UInt64
    /// The newest starts of the sender's directory before this one, oldest first.
    package var earlierStarts: [ProcessStart]
    /// Whether the sender's data directory holds nothing yet.
    package var isEmpty: Bool
    /// Hash of the member list that the sender was started with.
    package var memberListHash: UInt64
    /// The byte form of the genesis membership, from a sender that knows it.
    package var genesis: [UInt8]?
    /// What the sender remembers of the receiver.
    package var remembered: PeerMemory?
    package var clientURLs: [String]
    package var productVersion: String
    /// As the sender's operator named it.
    package var name = ""
    /// The slot after which `membership` governs, as far as the sender knows.
    package var configurationSlot = Slot.zero
    /// The byte form of the membership that governs now, if it is not the genesis.
    package var membership: [UInt8]?

    package init(
        cluster: ClusterID, replica: ReplicaID, incarnation: Incarnation, boot: BootNumber,
        nonce: UInt64, earlierStarts: [ProcessStart], isEmpty: Bool, memberListHash: UInt64,
        genesis: [UInt8]?,
        remembered: PeerMemory?, clientURLs: [String], productVersion: String
    ) {
        self.cluster = cluster
        self.replica = replica
        self.incarnation = incarnation
        self.boot = boot
        self.nonce = nonce
        self.earlierStarts = earlierStarts
        self.isEmpty = isEmpty
        self.memberListHash = memberListHash
        self.genesis = genesis
        self.remembered = remembered
        self.clientURLs = clientURLs
        self.productVersion = productVersion
    }

    /// The newest starts of the sender's directory, this one last.
    package var starts: [ProcessStart] { earlierStarts + [ProcessStart(boot: boot, nonce: nonce)] }

    /// The hello as bytes, with version and checksum.
    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 256 + (genesis?.count ?? 0) + (membership?.count ?? 0))
        let start = ChecksummedForm.begin(version: Self.formatVersion, in: &writer)
        encodeBody(into: &writer)
        ChecksummedForm.finish(at: start, in: &writer)
        return writer.bytes
    }

    /// Reads one hello that fills `bytes`. Whose cluster it is of is for the caller to judge.
    package static func decode(_ bytes: UnsafeRawBufferPointer) throws(FrameError) -> Hello {
        var reader = try ChecksummedForm.open(bytes, versionMax: formatVersion)
        do throws(ByteReaderError) {
            let hello = try Hello(body: &reader)
            try reader.expectEnd()
            return hello
        } catch {
            throw .malformed(error)
        }
    }
}

extension Hello {
    private func encodeBody(into writer: inout ByteWriter) {
        writer.writeFixed64(cluster.rawValue)
        writer.writeFixed64(replica.rawValue)
        writer.writeFixed64(incarnation.rawValue)
        writer.writeFixed64(boot.rawValue)
        writer.writeFixed64(nonce)
        writer.writeVarint(UInt64(earlierStarts.count))
        for start in earlierStarts { start.encode(into: &writer) }
        writer.writeFlag(isEmpty)
        writer.writeFixed64(memberListHash)
        writer.writeFlag(genesis != nil)
        if let genesis { writer.writeBytes(genesis) }
        writer.writeFlag(remembered != nil)
        remembered?.encode(into: &writer)
        writer.writeStrings(clientURLs)
        writer.writeString(productVersion)
        writer.writeString(name)
        configurationSlot.encode(into: &writer)
        writer.writeFlag(membership != nil)
        if let membership { writer.writeBytes(membership) }
    }

    private init(body reader: inout ByteReader) throws(ByteReaderError) {
        cluster = ClusterID(try reader.readFixed64())
        replica = ReplicaID(try reader.readFixed64())
        incarnation = Incarnation(try reader.readFixed64())
        boot = BootNumber(try reader.readFixed64())
        nonce = try reader.readFixed64()
        earlierStarts = try Self.readStarts(from: &reader)
        isEmpty = try reader.readFlag()
        memberListHash = try reader.readFixed64()
        genesis = try reader.readFlag() ? try reader.readBytes() : nil
        remembered = try reader.readFlag() ? try PeerMemory(from: &reader) : nil
        clientURLs = try reader.readStrings(max: Limits.addresses)
        productVersion = try reader.readString()
        name = try reader.readString()
        configurationSlot = try Slot(from: &reader)
        membership = try reader.readFlag() ? try reader.readBytes() : nil
    }

    private static func readStarts(
        from reader: inout ByteReader
    ) throws(ByteReaderError) -> [ProcessStart] {
        let count = try reader.readVarint()
        guard count <= UInt64(Limits.starts) else { throw .invalid("starts") }
        var starts: [ProcessStart] = []
        for _ in 0..<count { starts.append(try ProcessStart(from: &reader)) }
        return starts
    }
}
