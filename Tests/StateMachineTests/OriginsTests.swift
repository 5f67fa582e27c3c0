import Basics
import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// Each command is executed once, however often it is sent.
struct OriginsTests {
    /// The slow twin: everything ever executed.
    struct Model {
        struct Row {
            var incarnation: UInt64
            var boot: UInt64
            var lowWater: UInt64 = 0
            var seen: Set<UInt64> = []
        }

        var rows: [UInt64: Row] = [:]

        mutating func execute(_ origin: Origin, lowWater: UInt64, _ sequence: UInt64) -> Bool {
            var row =
                rows[origin.replica] ?? Row(incarnation: origin.incarnation, boot: origin.boot)
            defer { rows[origin.replica] = row }
            guard row.incarnation == origin.incarnation, row.boot <= origin.boot else {
                return false
            }
            if row.boot < origin.boot {
                row = Row(incarnation: origin.incarnation, boot: origin.boot)
            }
            row.lowWater = max(row.lowWater, lowWater)
            guard sequence >= row.lowWater else { return false }
            if sequence - row.lowWater >= 65_536 { row.lowWater = sequence - 65_535 }
            return row.seen.insert(sequence).inserted
        }
    }

    /// The header that a bundle carries through the codec.
    private func header(_ origin: Origin, _ lowWater: UInt64) throws -> BundleHeader {
        var writer = BundleWriter()
        writer.begin(origin: origin, lowWater: lowWater)
        return try writer.finish().withUnsafeBytes {
            var reader = BundleReader($0)
            return try #require(try reader.next()).open().header
        }
    }

    private func execute(
        _ origins: inout Origins, _ origin: Origin, _ lowWater: UInt64, _ sequence: UInt64
    ) throws -> Bool {
        guard let row = origins.accept(try header(origin, lowWater)) else { return false }
        return origins.execute(sequence, row: row)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func randomResendingAgreesWithTheTwin(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var origins = Origins()
        var model = Model()
        var newest: UInt64 = 0
        var lowWater: UInt64 = 0
        for step in 0..<20_000 {
            if step % 4000 == 3999 { newest += 70_000 }
            newest += UInt64.random(in: 0..<20, using: &random)
            if Int.random(in: 0..<50, using: &random) == 0 {
                lowWater = UInt64.random(in: lowWater...newest, using: &random)
            }
            let origin = Origin(
                replica: UInt64.random(in: 1...2, using: &random),
                incarnation: UInt64.random(in: 0..<40, using: &random) == 0 ? 6 : 5,
                boot: UInt64(step / 7000) + UInt64.random(in: 0..<2, using: &random))
            let back = UInt64.random(in: 0..<(step % 10 == 0 ? 100_000 : 300), using: &random)
            let sequence = newest - min(newest, back)
            let mark = UInt64.random(in: 0..<3, using: &random) == 0 ? 0 : lowWater
            #expect(
                try execute(&origins, origin, mark, sequence)
                    == model.execute(origin, lowWater: mark, sequence))
        }
    }

    @Test func anOlderStartIsNotHeardAndANewOneBeginsAgain() throws {
        var origins = Origins()
        let first = Origin(replica: 1, incarnation: 5, boot: 1)
        let second = Origin(replica: 1, incarnation: 5, boot: 2)
        #expect(try execute(&origins, first, 0, 10))
        #expect(try !execute(&origins, first, 0, 10))
        #expect(try execute(&origins, second, 0, 10))
        #expect(try !execute(&origins, first, 0, 11))
        #expect(try !execute(&origins, second, 11, 10))
        #expect(try execute(&origins, second, 11, 11))
    }

    @Test func theEndOfTheNumbersIsNoTrap() throws {
        var origins = Origins()
        let origin = Origin(replica: 1, incarnation: 5, boot: .max)
        #expect(try execute(&origins, origin, 0, 0))
        #expect(try execute(&origins, origin, 0, .max))
        #expect(try !execute(&origins, origin, 0, .max))
        #expect(try !execute(&origins, origin, .max, .max - 1))
        #expect(try execute(&origins, origin, 0, .max) == false)
    }

    @Test func membershipSaysWhichLifeCounts() throws {
        var origins = Origins()
        let old = Origin(replica: 1, incarnation: 5, boot: 9)
        let new = Origin(replica: 1, incarnation: 6, boot: 1)
        let stays = Origin(replica: 2, incarnation: 7, boot: 1)
        #expect(try execute(&origins, old, 0, 1))
        #expect(try execute(&origins, stays, 0, 1))
        #expect(try !execute(&origins, new, 0, 1))
        origins.admit([(replica: 2, incarnation: 7), (replica: 1, incarnation: 6)])
        #expect(try execute(&origins, new, 0, 1))
        #expect(try !execute(&origins, old, 0, 2))
        #expect(try !execute(&origins, stays, 0, 1))
        #expect(try execute(&origins, stays, 0, 2))
        #expect(try !execute(&origins, Origin(replica: 3, incarnation: 1, boot: 1), 0, 1))
    }

    @Test func digestTellsWhatWasExecuted() throws {
        var origins = Origins()
        let origin = Origin(replica: 1, incarnation: 5, boot: 1)
        _ = try execute(&origins, origin, 0, 1)
        var copy = origins
        _ = try execute(&copy, origin, 0, 2)
        var digests = (StateDigest(), StateDigest(), StateDigest())
        origins.add(to: &digests.0)
        copy.add(to: &digests.1)
        #expect(digests.0.value != digests.1.value)
        _ = try execute(&origins, origin, 0, 2)
        origins.add(to: &digests.2)
        #expect(digests.1.value == digests.2.value)
    }
}
