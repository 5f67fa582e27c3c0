import Basics
import Paxos
import PaxosCodec
import Testing

/// The byte forms of messages and records: there and back, cut anywhere, and of no meaning at all.
struct ByteFormTests {
    private func encoded(_ message: Message) -> [UInt8] {
        var writer = ByteWriter()
        MessageCodec.encode(message, into: &writer)
        return writer.bytes
    }

    private func decodedMessage(_ bytes: [UInt8]) throws -> Message {
        try bytes.withUnsafeBytes { buffer in try MessageCodec.decode(buffer)
        }
    }

    private func decoded<Form: ByteCodable>(
        _ type: Form.Type, _ bytes: [UInt8]
    ) throws -> Form {
        try bytes.withUnsafeBytes { buffer in try Form(whole: buffer) }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func messagesSurvive(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for message in samples.messages() {
            #expect(try decodedMessage(encoded(message)) == message)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func recordsSurvive(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for record in samples.records() {
            #expect(try decoded(DurableRecord.self, record.encoded) == record)
        }
        for value in (0..<8).map({ _ in samples.value() }) {
            #expect(try decoded(Value.self, value.encoded) == value)
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func everyCutIsSeen(seed: UInt64) {
        var samples = Samples(seed: seed)
        for message in samples.messages() {
            let whole = encoded(message)
            for length in 0..<whole.count {
                #expect(throws: ByteReaderError.self) {
                    try decodedMessage(Array(whole[..<length]))
                }
            }
            #expect(throws: ByteReaderError.self) { try decodedMessage(whole + [0]) }
        }
        for record in samples.records() {
            let whole = record.encoded
            for length in 0..<whole.count {
                #expect(throws: ByteReaderError.self) {
                    try decoded(DurableRecord.self, Array(whole[..<length]))
                }
            }
        }
    }

    /// What is accepted at all must be what its own encoder would have meant.
    @Test func garbageNeverTraps() {
        var samples = Samples(seed: 7)
        var taken = 0
        for _ in 0..<20_000 {
            var bytes = samples.bytes(max: 80)
            if !bytes.isEmpty { bytes[0] %= 19 }
            if let message = try? decodedMessage(bytes) {
                taken += 1
                #expect((try? decodedMessage(encoded(message))) == message)
            }
            _ = try? decoded(DurableRecord.self, bytes)
        }
        #expect(taken > 0)
    }

    @Test func oneChangedByteNeverTraps() {
        var samples = Samples(seed: 8)
        for message in (0..<5).flatMap({ _ in samples.messages() }) {
            let whole = encoded(message)
            for index in whole.indices {
                var changed = whole
                changed[index] ^= UInt8.random(in: 1...255, using: &samples.random)
                if let other = try? decodedMessage(changed) {
                    #expect((try? decodedMessage(encoded(other))) == other)
                }
            }
        }
    }

    @Test func countsAreNotTrusted() {
        var writer = ByteWriter()
        writer.write(UInt8(17))  // catchUpValues
        writer.writeVarint(1)
        writer.writeVarint(1 << 40)
        #expect(throws: ByteReaderError.self) { try decodedMessage(writer.bytes) }
        var seats = ByteWriter()
        seats.writeVarint(UInt64.max)
        #expect(throws: ByteReaderError.self) { try decoded(Membership.self, seats.bytes) }
    }

    /// Another node is believed about slots, rounds and log times up to a bound each. What this node goes on from there
    /// and writes into its own log can be read, far above that.
    @Test func whatPeersMaySayAndWhatTheLogMayHold() throws {
        func ballot(_ round: UInt64) -> Ballot {
            Ballot(round: round, replica: .init(1), incarnation: .init(1))
        }
        func batch(_ time: UInt64) -> Value {
            .batch(.init(logTimeMilliseconds: time, payload: []))
        }
        let said: [(UInt64, (UInt64) -> Message, (UInt64) -> DurableRecord)] = [
            (1 << 46, { .removed(.init(slot: Slot($0))) }, { .truncated(upTo: Slot($0)) }),
            (
                1 << 61, { .prepare(.init(ballot: ballot($0), fromSlot: Slot(1))) },
                { .promised(ballot($0)) }
            ),
            (
                1 << 61,
                {
                    .accept(
                        .init(
                            ballot: ballot(1), slot: Slot(1), decidedUpTo: .zero, value: batch($0)))
                }, { .learned(slot: Slot(1), value: batch($0)) }
            ),
        ]
        for (bound, message, record) in said {
            #expect(try decodedMessage(encoded(message(bound))) == message(bound))
            #expect(throws: ByteReaderError.self) {
                try decodedMessage(encoded(message(bound + 1)))
            }
            for own in [bound, bound + 1, 1 << 62] {
                #expect(try decoded(DurableRecord.self, record(own).encoded) == record(own))
            }
            let tooHigh: UInt64 = 1 << 62 + 1
            #expect(throws: ByteReaderError.self) {
                try decoded(DurableRecord.self, record(tooHigh).encoded)
            }
        }
    }

    @Test func aReplicaHasOneSeat() {
        let seat = Seat(
            replica: .init(5), incarnation: .init(1), isVoter: true, name: "a", peerURLs: [])
        var writer = ByteWriter()
        writer.writeVarint(2)
        seat.encode(into: &writer)
        seat.encode(into: &writer)
        #expect(throws: ByteReaderError.invalid("order of seats")) {
            try decoded(Membership.self, writer.bytes)
        }
    }

    @Test func aSeatKeepsFieldsOfLaterVersions() throws {
        let seat = Seat(
            replica: .init(5), incarnation: nil, kind: .voterToBe, name: "a", peerURLs: ["b"])
        let expected: [UInt8] = [16, 5, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x61, 1, 1, 0x62, 0]
        #expect(seat.encoded == expected)
        let later = [expected[0] + 2] + expected[1...] + [7, 8]
        let known = try decoded(Seat.self, later)
        #expect(known.laterFields == [7, 8])
        #expect(known.turned(.learner).laterFields == [7, 8])
        #expect(known.encoded == later)
    }

    @Test func aVoterHasALife() {
        let bytes: [UInt8] = [14, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
        #expect(throws: ByteReaderError.invalid("voter")) { try decoded(Seat.self, bytes) }
    }

    /// The bytes on disk must never change under a format version.
    @Test func bytesAreFixed() {
        let ballot = Ballot(round: 300, replica: .init(2), incarnation: .init(3))
        let record = DurableRecord.accepted(
            AcceptedValue(
                slot: Slot(5), ballot: ballot,
                value: .batch(.init(logTimeMilliseconds: 9, payload: [0xaa, 0xbb]))))
        let expected: [UInt8] = [
            2, 5, 0xac, 0x02, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 9, 2, 0xaa, 0xbb,
        ]
        #expect(record.encoded == expected)
    }
}
