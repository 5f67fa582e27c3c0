import GRPC
import Testing

@Suite("Message framer")
struct MessageFramerTests {
    private func framed(_ messages: [[UInt8]]) -> [UInt8] {
        messages.flatMap { message -> [UInt8] in
            let count = UInt32(message.count)
            return [0, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255)]
                + [UInt8(count & 255)] + message
        }
    }

    private func deliver(_ pieces: [ArraySlice<UInt8>], limit: Int = 1 << 20) throws -> [[UInt8]] {
        var framer = MessageFramer(maxMessageBytes: limit)
        var messages: [[UInt8]] = []
        for piece in pieces {
            try piece.withUnsafeBytes { bytes in
                try framer.append(bytes) { message in
                    messages.append(Array(message))
                    return true
                }
            }
        }
        #expect(framer.isAtBoundary)
        return messages
    }

    static let sample: [[UInt8]] = [
        [], [1], Array(repeating: 2, count: 300), [], [3, 4, 5], Array(repeating: 6, count: 4),
    ]

    @Test("messages survive a stream cut at every place in two")
    func everyCut() throws {
        let bytes = framed(Self.sample)
        for cut in 0...bytes.count {
            #expect(try deliver([bytes[..<cut], bytes[cut...]]) == Self.sample, "cut at \(cut)")
        }
    }

    @Test("messages survive pieces of every small size", arguments: 1...17)
    func everySize(size: Int) throws {
        let bytes = framed(Self.sample)
        let pieces = stride(from: 0, to: bytes.count, by: size).map {
            bytes[$0..<min($0 + size, bytes.count)]
        }
        #expect(try deliver(pieces) == Self.sample)
    }

    @Test("a message above the limit is refused at its prefix, before its bytes come")
    func tooLarge() throws {
        var framer = MessageFramer(maxMessageBytes: 100)
        let prefix: [UInt8] = [0, 0, 0, 0, 101]
        #expect(throws: FramingError.tooLarge(size: 101, limit: 100)) {
            try prefix.withUnsafeBytes { try framer.append($0) { _ in true } }
        }
        #expect(
            FramingError.tooLarge(size: 101, limit: 100).status
                == GRPCStatus(
                    .resourceExhausted, "grpc: received message larger than max (101 vs. 100)"))
        #expect(
            try deliver([framed([Array(repeating: 1, count: 100)])[...]], limit: 100).count == 1)
    }

    @Test("a prefix split over two pieces is checked too", arguments: 1...4)
    func splitPrefix(cut: Int) throws {
        var framer = MessageFramer(maxMessageBytes: 10)
        let prefix: [UInt8] = [0, 0, 0, 1, 0]
        #expect(throws: FramingError.tooLarge(size: 256, limit: 10)) {
            try prefix[..<cut].withUnsafeBytes { try framer.append($0) { _ in true } }
            try prefix[cut...].withUnsafeBytes { try framer.append($0) { _ in true } }
        }
    }

    @Test("compressed messages and unknown flags are refused")
    func flags() throws {
        for (flag, error) in [(1, FramingError.compressed), (2, .invalidFlag(2))] {
            var framer = MessageFramer(maxMessageBytes: 10)
            let bytes: [UInt8] = [UInt8(flag), 0, 0, 0, 1, 7]
            #expect(throws: error) {
                try bytes.withUnsafeBytes { try framer.append($0) { _ in true } }
            }
        }
        #expect(FramingError.compressed.status.code == .unimplemented)
    }

    @Test("delivery stops when the receiver says so")
    func stops() throws {
        var framer = MessageFramer(maxMessageBytes: 10)
        var count = 0
        try framed([[1], [2], [3]]).withUnsafeBytes { bytes in
            try framer.append(bytes) { _ in
                count += 1
                return count < 2
            }
        }
        #expect(count == 2)
    }
}
