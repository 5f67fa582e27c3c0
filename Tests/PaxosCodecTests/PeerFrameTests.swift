import Basics
import Paxos
import PaxosCodec
import Testing

/// Frames and hellos: checksum, version, cluster, and that nothing else gets through.
struct PeerFrameTests {
    private let header = PeerFrame.Header(
        cluster: ClusterID(77), group: .standard, replica: ReplicaID(1), incarnation: .init(2),
        boot: .init(3))

    private func decodedFrame(
        _ bytes: [UInt8], cluster: UInt64 = 77
    ) throws -> PeerFrame {
        try bytes.withUnsafeBytes { buffer in
            try PeerFrame.decode(buffer, cluster: ClusterID(cluster))
        }
    }

    private func decodedHello(_ bytes: [UInt8]) throws -> Hello {
        try bytes.withUnsafeBytes { buffer in try Hello.decode(buffer) }
    }

    private func sampleHello(_ samples: inout Samples) -> Hello {
        Hello(
            cluster: ClusterID(samples.number()), replica: ReplicaID(9),
            incarnation: Incarnation(samples.number()), boot: BootNumber(samples.number()),
            nonce: samples.number(), earlierStarts: [samples.start(), samples.start()],
            isEmpty: samples.flag(), memberListHash: samples.number(),
            genesis: samples.flag() ? samples.membership().encoded : nil,
            remembered: samples.flag() ? samples.memory() : nil,
            clientURLs: [samples.text(), samples.text()], productVersion: "0.1.0")
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func framesSurvive(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let messages = samples.messages().shuffled(using: &samples.random)
        let frame = try decodedFrame(PeerFrame.encode(header, messages))
        #expect(frame == PeerFrame(header: header, messages: messages))
    }

    @Test func emptyFrame() throws {
        #expect(try decodedFrame(PeerFrame.encode(header, [])).messages.isEmpty)
    }

    /// A frame may stand behind other bytes of the same writer.
    @Test func framesInOneWriter() throws {
        var writer = ByteWriter()
        writer.writeRaw([1, 2, 3])
        PeerFrame.encode(header, [.probe(.init(number: 1, decidedUpTo: Slot(2)))], into: &writer)
        #expect(try decodedFrame(Array(writer.bytes[3...])).messages.count == 1)
    }

    @Test func everyChangedByteAndCutIsSeen() {
        var samples = Samples(seed: 3)
        let whole = PeerFrame.encode(header, samples.messages())
        for index in whole.indices {
            var changed = whole
            changed[index] ^= UInt8.random(in: 1...255, using: &samples.random)
            #expect(throws: FrameError.wrongChecksum) { try decodedFrame(changed) }
            #expect(throws: FrameError.self) { try decodedFrame(Array(whole[..<index])) }
        }
    }

    @Test func wrongCluster() {
        let bytes = PeerFrame.encode(header, [])
        #expect(throws: FrameError.wrongCluster(ClusterID(77))) {
            try decodedFrame(bytes, cluster: 78)
        }
    }

    @Test func newerVersion() {
        let newer = resealed(PeerFrame.encode(header, []), version: 2)
        #expect(throws: FrameError.versionNewer(2)) { try decodedFrame(newer) }
        let none = resealed(PeerFrame.encode(header, []), version: 0)
        #expect(throws: FrameError.malformed(.invalid("format version"))) { try decodedFrame(none) }
    }

    @Test func payloadsAreEstimatedNotRegrown() {
        let payload = [UInt8](repeating: 1, count: 100_000)
        let accept = Message.accept(
            .init(
                ballot: .zero, slot: Slot(1), decidedUpTo: .zero,
                value: .batch(.init(logTimeMilliseconds: 0, payload: payload))))
        let bytes = PeerFrame.encode(header, [accept, accept])
        #expect(bytes.count <= 64 + 2 * accept.byteCountEstimate)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func hellosSurvive(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let hello = sampleHello(&samples)
        let bytes = hello.encode()
        #expect(try decodedHello(bytes) == hello)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(throws: FrameError.wrongChecksum) { try decodedHello(changed) }
            #expect(throws: FrameError.self) { try decodedHello(Array(bytes[..<index])) }
        }
        #expect(throws: FrameError.versionNewer(9)) {
            try decodedHello(resealed(bytes, version: 9))
        }
    }

    /// The same body under another version, with the right checksum.
    private func resealed(_ bytes: [UInt8], version: UInt8) -> [UInt8] {
        var writer = ByteWriter()
        writer.writeRaw(bytes)
        let sum = CRC32C.checksum(Array(bytes[5...]), seed: CRC32C.checksum([version]))
        writer.overwrite(sum, at: 1)
        return [version] + writer.bytes[1...]
    }
}
