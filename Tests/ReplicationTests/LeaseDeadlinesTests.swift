import Basics
import EtcdMessages
import Protobuf
import StateMachine
import Testing

@testable import Replication

/// When leases end, by a clock that the test is.
@Suite("Deadlines of leases")
struct LeaseDeadlinesTests {
    /// A state with leases.
    private final class Table {
        let state = ReplicatedState()
        var leases: Leases { state.leases }
        private var slot: UInt64 = 0

        func run(_ kind: CommandKind, _ request: some ProtobufMessage) {
            slot += 1
            var writer = BundleWriter()
            writer.begin(origin: Origin(replica: 1, incarnation: 1, boot: 1), lowWater: slot)
            request.serializedBytes().withUnsafeBytes {
                writer.append(kind, sequence: slot, request: $0)
            }
            _ = state.apply(slot: slot, batchPayload: writer.finish(), logTimeMilliseconds: 0)
        }

        func grant(_ id: Int64, seconds: Int64) {
            run(
                .leaseGrant,
                LeaseGrantRequest.with {
                    $0.id = id
                    $0.ttl = seconds
                })
        }

        func revoke(_ id: Int64) { run(.leaseRevoke, LeaseRevokeRequest.with { $0.id = id }) }
    }

    private let table = Table()

    private func place(_ id: Int64) throws -> Int { try #require(table.leases.place(of: id)) }

    private func ended(
        _ deadlines: inout LeaseDeadlines, _ now: UInt64, leasesMax: Int = .max,
        keysMax: Int = .max
    ) -> [Int64] {
        deadlines.takeEnded(
            table.leases, nowMilliseconds: now, leasesMax: leasesMax, keysMax: keysMax
        ).map(\.id)
    }

    @Test("a leadership gives all leases their full time, and they end in the order of it")
    func begin() {
        table.grant(1, seconds: 3)
        table.grant(2, seconds: 1)
        table.grant(3, seconds: 2)
        var deadlines = LeaseDeadlines()
        deadlines.begin(table.leases, nowMilliseconds: 10_000)
        #expect(ended(&deadlines, 10_999) == [])
        #expect(ended(&deadlines, 11_000) == [2])
        #expect(ended(&deadlines, 99_000) == [3, 1])
        #expect(ended(&deadlines, 99_000) == [])
    }

    @Test("a renewal gives the full time; what is about to be revoked cannot be renewed")
    func renewal() throws {
        table.grant(1, seconds: 2)
        var deadlines = LeaseDeadlines()
        deadlines.begin(table.leases, nowMilliseconds: 0)
        let row = table.leases.rows[try place(1)]
        let isRenewed = deadlines.renew(try place(1), row, nowMilliseconds: 1_999)
        #expect(isRenewed)
        #expect(deadlines.remainingSeconds(try place(1), nowMilliseconds: 2_000) == 1)
        #expect(ended(&deadlines, 3_998) == [])
        #expect(ended(&deadlines, 3_999) == [1])
        let isRenewedLate = deadlines.renew(try place(1), row, nowMilliseconds: 3_999)
        #expect(!isRenewedLate)
        #expect(deadlines.remainingSeconds(try place(1), nowMilliseconds: 3_999) == 0)
    }

    @Test("a lease that was not revoked after all may be renewed again, and ends later")
    func postponed() throws {
        table.grant(1, seconds: 2)
        table.grant(2, seconds: 2)
        var deadlines = LeaseDeadlines()
        deadlines.begin(table.leases, nowMilliseconds: 0)
        let taken = deadlines.takeEnded(
            table.leases, nowMilliseconds: 2_000, leasesMax: 9, keysMax: 9)
        table.revoke(2)
        deadlines.postpone(taken, table.leases, untilMilliseconds: 3_000)
        #expect(ended(&deadlines, 2_999) == [])
        let renewed = deadlines.renew(
            try place(1), table.leases.rows[try place(1)], nowMilliseconds: 2_999)
        #expect(renewed)
        #expect(ended(&deadlines, 4_998) == [])
        #expect(ended(&deadlines, 4_999) == [1])
    }

    @Test("a lease that takes the place of another one has its own time")
    func placeUsedAgain() throws {
        table.grant(1, seconds: 1)
        var deadlines = LeaseDeadlines()
        deadlines.begin(table.leases, nowMilliseconds: 0)
        let old = try place(1)
        table.revoke(1)
        table.grant(2, seconds: 5)
        #expect(try place(2) == old)
        deadlines.grant(old, table.leases, nowMilliseconds: 500)
        #expect(ended(&deadlines, 5_499) == [])
        #expect(ended(&deadlines, 5_500) == [2])
    }

    @Test("pieces are bounded by leases and by their keys")
    func pieces() {
        for id in 1...10 as ClosedRange<Int64> {
            table.grant(id, seconds: 1)
            for number in 0..<3 {
                table.run(
                    .put,
                    PutRequest.with {
                        $0.key = Array("\(id)/\(number)".utf8)
                        $0.lease = id
                    })
            }
        }
        var deadlines = LeaseDeadlines()
        deadlines.begin(table.leases, nowMilliseconds: 0)
        #expect(ended(&deadlines, 1_000, leasesMax: 2).count == 2)
        #expect(ended(&deadlines, 1_000, keysMax: 4).count == 2)
        #expect(ended(&deadlines, 1_000).count == 6)
    }

    @Test(
        "never early and never forgotten, against a plain list",
        arguments: 1...20 as ClosedRange<UInt64>)
    func likeAPlainList(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var deadlines = LeaseDeadlines()
        deadlines.begin(table.leases, nowMilliseconds: 0)
        _ = table.leases.takeGranted()
        var plain: [Int64: UInt64] = [:]
        var now: UInt64 = 0
        for _ in 0..<2_000 {
            now += random.next() % 200
            let id = Int64(1 + random.next() % 40)
            switch (random.next() % 4, table.leases.place(of: id)) {
            case (_, nil):
                table.grant(id, seconds: Int64(1 + random.next() % 5))
                for place in table.leases.takeGranted() {
                    deadlines.grant(place, table.leases, nowMilliseconds: now)
                }
                plain[id] = now + UInt64(try #require(table.leases.row(of: id)).ttlSeconds) * 1000
            case (0, _?):
                table.revoke(id)
                plain[id] = nil
            case (_, let place?):
                let row = table.leases.rows[place]
                let isRenewed = deadlines.renew(place, row, nowMilliseconds: now)
                #expect(isRenewed)
                plain[id] = now + UInt64(row.ttlSeconds) * 1000
            }
            let over = plain.filter { $0.value <= now }.keys.sorted()
            #expect(ended(&deadlines, now).sorted() == over)
            for id in over {
                table.revoke(id)
                plain[id] = nil
            }
        }
    }
}
