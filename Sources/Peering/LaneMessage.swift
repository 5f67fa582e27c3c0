internal import Basics
internal import Paxos
internal import PaxosCodec
internal import Replication

/// What travels on a lane: one byte for the kind, then a hello, a frame or a note.
enum LaneMessage {
    case hello(Hello)
    /// The bytes of a frame, to be read with the cluster's id.
    case frame(UnsafeRawBufferPointer)
    case note(PeerNote)

    private static let helloKind: UInt8 = 1
    private static let frameKind: UInt8 = 2
    private static let noteKind: UInt8 = 3

    static func encode(_ hello: Hello) -> [UInt8] { [helloKind] + hello.encode() }

    static func encode(_ note: PeerNote) -> [UInt8] { [noteKind] + note.encode() }

    static func encode(_ header: PeerFrame.Header, _ messages: [Message]) -> [UInt8] {
        var writer = ByteWriter(capacity: messages.reduce(72) { $0 + $1.byteCountEstimate })
        writer.write(frameKind)
        PeerFrame.encode(header, messages, into: &writer)
        return writer.bytes
    }

    /// Reads one message of a lane; the frame stays in the memory of `bytes`.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(FrameError) -> LaneMessage {
        guard let kind = bytes.first else { throw .malformed(.truncated) }
        let body = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        switch kind {
        case helloKind: return .hello(try Hello.decode(body))
        case frameKind: return .frame(body)
        case noteKind:
            guard let note = PeerNote(body) else { throw .malformed(.invalid("note")) }
            return .note(note)
        default: throw .malformed(.invalid("kind of lane message"))
        }
    }
}
