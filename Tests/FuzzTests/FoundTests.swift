import Basics
import Paxos
import PaxosCodec
import Rows
import StateMachine
import Testing

@testable import Authentication
@testable import FuzzTargets

/// What fuzzing has found in the product, each as the rule that was missing. The inputs themselves are in Fuzz/Corpus,
/// as `found-…`.
struct FoundTests {
    /// Zeros behind a number's last seven bits made another form of the same frame or record.
    @Test func aNumberHasOneForm() {
        for (bytes, value) in [
            ([0], 0), ([0x80, 0x01], 128), ([0x80, 0x00], nil), ([0xff, 0x80, 0x00], nil),
        ] as [([UInt8], UInt64?)] {
            let read = bytes.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                return try? reader.readVarint()
            }
            #expect(read == value, "\(bytes)")
        }
    }

    /// What follows the highest of all slots or rounds cannot be counted: a peer that named it ended the process.
    @Test func aSlotAndARoundHaveRoomAbove() {
        let highest = Slot(1 << 46)
        for (slot, isTaken) in [(highest, true), (highest.next, false), (Slot(.max), false)] {
            let read = slot.encoded.withUnsafeBytes { try? Slot(whole: $0) }
            #expect((read == slot) == isTaken, "\(slot)")
        }
        let ballot = Ballot(round: .max, replica: ReplicaID(1), incarnation: Incarnation(1))
        #expect(ballot.encoded.withUnsafeBytes { try? Ballot(whole: $0) } == nil)
    }

    /// A token whose number had zeros or a sign before it was taken for the token without them.
    @Test func aTokenHasOneForm() {
        #expect(SimpleTokens.slot(of: "s.5") == 5)
        for text in ["s.05", "s.+5", "s.", "s.-0", "s. 5"] {
            #expect(SimpleTokens.slot(of: text) == nil, "\(text)")
        }
    }

    /// A base that counts less than nothing was believed, and ended the process when somebody counted on.
    @Test func aBaseCountsNoLessThanNothing() throws {
        let machine = ReplicatedState()
        try machine.restore([], over: NoKeys())
        let rows = machine.freezeTables().rows
        #expect(throws: Never.self) { try ReplicatedState().restore(rows, over: NoKeys()) }
        let place = try #require(rows.firstIndex { $0.name == "keyspace" })
        for offset in stride(from: 24, to: rows[place].bytes.count, by: 8) {
            var damaged = rows
            var bytes = rows[place].bytes
            bytes[offset + 7] = 0x80
            damaged[place] = TableRow(name: "keyspace", bytes: bytes)
            #expect(throws: (any Error).self, "\(offset)") {
                try ReplicatedState().restore(damaged, over: NoKeys())
            }
        }
    }
}
