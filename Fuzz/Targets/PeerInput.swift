internal import Basics
internal import Paxos
internal import PaxosCodec

/// What a peer sends: frames, greetings, memberships. The checksum is made right, or else hardly an input would get
/// behind it.
enum PeerInput {
    static func run(_ input: UnsafeRawBufferPointer) throws(Breach) {
        guard let mode = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        switch mode & 3 {
        case 0: try frame(checksummed(rest))
        case 1: try hello(checksummed(rest))
        case 2: try ByteForm.check(Membership.self, rest)
        default:
            // As it came.
            try frame(Array(rest))
            try hello(Array(rest))
        }
    }

    private static let cluster = ClusterID(1)

    /// The body behind version 1 and the checksum that it has; the cluster of a frame is the receiver's.
    private static func checksummed(_ body: UnsafeRawBufferPointer) -> [UInt8] {
        let sum = CRC32C.checksum([UInt8](body), seed: CRC32C.checksum([1]))
        return [1] + withUnsafeBytes(of: sum.littleEndian, Array.init) + body
    }

    private static func frame(_ bytes: [UInt8]) throws(Breach) {
        let frame = bytes.withUnsafeBytes { try? PeerFrame.decode($0, cluster: cluster) }
        guard let frame else { return }
        let encoded = PeerFrame.encode(frame.header, frame.messages)
        try Breach.unless(encoded == bytes, "a frame that nobody writes: \(frame)")
    }

    private static func hello(_ bytes: [UInt8]) throws(Breach) {
        let hello = bytes.withUnsafeBytes { try? Hello.decode($0) }
        guard let hello else { return }
        try Breach.unless(hello.encode() == bytes, "a greeting that nobody writes: \(hello)")
    }
}
