package import Basics
package import Paxos

/// What travels between replicas: a header and messages, with a checksum over all of it. It names no
/// receiver, so that one frame serves all peers.
package struct PeerFrame: Equatable, Sendable {
    /// The format that this version writes, and the highest that it reads.
    package static let formatVersion: UInt8 = 1

    /// Who speaks, in which group of which cluster.
    package struct Header: Equatable, Sendable {
        package let cluster: ClusterID
        package let group: GroupID
        package let replica: ReplicaID
        package let incarnation: Incarnation
        package let boot: BootNumber

        package init(
            cluster: ClusterID, group: GroupID, replica: ReplicaID, incarnation: Incarnation,
            boot: BootNumber
        ) {
            self.cluster = cluster
            self.group = group
            self.replica = replica
            self.incarnation = incarnation
            self.boot = boot
        }
    }

    package let header: Header
    package let messages: [Message]

    package init(header: Header, messages: [Message]) {
        self.header = header
        self.messages = messages
    }

    /// Appends a frame. Payloads are copied once, from the message to `writer`.
    package static func encode(
        _ header: Header, _ messages: [Message], into writer: inout ByteWriter
    ) {
        precondition(messages.count <= Limits.messages, "too many messages for one frame")
        let start = ChecksummedForm.begin(version: formatVersion, in: &writer)
        header.encode(into: &writer)
        writer.writeVarint(UInt64(messages.count))
        for message in messages { MessageCodec.encode(message, into: &writer) }
        ChecksummedForm.finish(at: start, in: &writer)
    }

    /// One frame as bytes of its own, in memory that is taken once.
    package static func encode(_ header: Header, _ messages: [Message]) -> [UInt8] {
        var writer = ByteWriter(capacity: messages.reduce(64) { $0 + $1.byteCountEstimate })
        encode(header, messages, into: &writer)
        return writer.bytes
    }

    /// Reads one frame that fills `bytes` and must come from `cluster`.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, cluster: ClusterID
    ) throws(FrameError) -> PeerFrame {
        var reader = try ChecksummedForm.open(bytes, versionMax: formatVersion)
        let frame: PeerFrame
        do throws(ByteReaderError) {
            frame = PeerFrame(
                header: try Header(from: &reader), messages: try readMessages(&reader))
        } catch {
            throw .malformed(error)
        }
        guard frame.header.cluster == cluster else { throw .wrongCluster(frame.header.cluster) }
        return frame
    }

    private static func readMessages(
        _ reader: inout ByteReader
    ) throws(ByteReaderError) -> [Message] {
        let count = try reader.readCount(max: Limits.messages)
        var messages: [Message] = []
        messages.reserveCapacity(min(count, Limits.reservedElements))
        for _ in 0..<count { messages.append(try MessageCodec.decode(from: &reader)) }
        try reader.expectEnd()
        return messages
    }
}

extension PeerFrame.Header: ByteCodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writeFixed64(cluster.rawValue)
        writer.write(group.rawValue)
        writer.writeFixed64(replica.rawValue)
        writer.writeFixed64(incarnation.rawValue)
        writer.writeFixed64(boot.rawValue)
    }

    package init(from reader: inout ByteReader) throws(ByteReaderError) {
        let cluster = ClusterID(try reader.readFixed64())
        let group = GroupID(try reader.read(UInt32.self))
        let replica = ReplicaID(try reader.readFixed64())
        let incarnation = Incarnation(try reader.readFixed64())
        self.init(
            cluster: cluster, group: group, replica: replica, incarnation: incarnation,
            boot: BootNumber(try reader.readFixed64()))
    }
}
