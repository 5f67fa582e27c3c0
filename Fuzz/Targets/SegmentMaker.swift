internal import Basics
internal import Paxos

@testable internal import WriteAheadLog

/// Makes a segment of what an input says.
enum SegmentMaker {
    static let identity = Identity(
        replica: ReplicaID(7), memberName: "n1", clusterTokenHash: 5, incarnation: Incarnation(9),
        salt: 0x5a17)

    /// Header, and one batch for each piece of the input: a byte for its kind, two for its length, two for its
    /// slots, its payload.
    static func assemble(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        let header = SegmentHeader(
            number: 1, identity: identity, boot: BootNumber(1), predecessor: 0, predecessorEnd: 0,
            predecessorChain: 0, formerDigest: 0, firstBatch: 1, highestSlotBefore: .zero)
        var file = header.encode()
        var rest = input
        var expected = (number: UInt64(1), chain: UInt32(0))
        while rest.count >= 5 {
            let count = min(Int(rest[1]) | Int(rest[2]) << 8, rest.count - 5)
            let payload = Array(rest[5..<5 + count])
            var batch = BatchHeader(
                kind: BatchHeader.Kind(rawValue: rest[0] % 3 + 1) ?? .records,
                number: expected.number, chainBefore: expected.chain)
            batch.slots = SlotRange(low: Slot(UInt64(rest[3])), high: Slot(UInt64(rest[4])))
            append(&batch, payload, to: &file)
            expected = (expected.number + 1, batch.chainAfter)
            rest = UnsafeRawBufferPointer(rebasing: rest[(5 + count)...])
        }
        return file
    }

    /// As a prepared file is: zeros behind what was written, whole sectors.
    static func padded(_ file: [UInt8]) -> [UInt8] {
        let count = max(Limits.segmentBytesMin, Sectors.roundUp(file.count))
        return file + [UInt8](repeating: 0, count: count - file.count)
    }

    private static func append(
        _ header: inout BatchHeader, _ payload: [UInt8], to file: inout [UInt8]
    ) {
        header.payloadBytes = payload.count
        let padding = header.extent - BatchHeader.byteCount - payload.count
        let body = payload + [UInt8](repeating: 0, count: padding)
        header.chainAfter = CRC32C.checksum(body, seed: header.chainBefore)
        let seed = BatchHeader.seed(salt: identity.salt, segment: 1, offset: file.count)
        file += header.encode(seed: seed) + body
    }
}
