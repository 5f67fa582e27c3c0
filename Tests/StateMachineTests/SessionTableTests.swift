import Basics
import MVCC
import Testing

@testable import StateMachine

/// The table's parts, against slow twins and at their limits.
struct SessionTableTests {
    @Test func theOrderOfUseAgainstASlowTwin() {
        var random = SeededRandom(seed: 1)
        var order = UseOrder()
        var twin: [Int] = []
        for _ in 0..<5_000 {
            let place = Int.random(in: 0..<12, using: &random)
            switch twin.firstIndex(of: place) {
            case nil:
                order.append(place)
                twin.append(place)
            case let index? where random.next() % 3 == 0:
                order.remove(place)
                twin.remove(at: index)
            case let index?:
                order.moveToEnd(place)
                twin.append(twin.remove(at: index))
            }
            var walked: [Int] = []
            var next = order.oldest
            while let current = next, walked.count <= twin.count {
                walked.append(current)
                next = order.next(after: current)
            }
            #expect(walked == twin)
        }
    }

    /// Higher than that no peer, snapshot or backup is believed about slots.
    @Test func theHighestSlotHasRoomForIDs() {
        var sessions = Sessions()
        let first = sessions.register(slot: 1 << 46, nowMilliseconds: 0)
        let second = sessions.register(slot: 1 << 46 + 1 << 20, nowMilliseconds: 0)
        #expect(first < second && Int64(exactly: second) != nil)
    }

    /// Sequences in any order, within the window, late, and far ahead.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func oneSessionAgainstASlowTwin(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let window = UInt64(Limits.sessionWindow)
        var row = SessionRow(id: 1, lastUsedMilliseconds: 0)
        var twin: [UInt64: Int64] = [:]
        var highest: UInt64 = 0
        for step in 1...4_000 {
            let reach = random.next() % 50 == 0 ? 400 : 40 as UInt64
            let sequence = (highest &- min(highest, 280)) + random.next() % (280 + reach)
            let isRemembered = sequence > 0 && sequence + window > highest
            #expect(row.isRemembered(sequence) == isRemembered)
            guard isRemembered else { continue }
            #expect(row.result(of: sequence)?.revision == twin[sequence])
            guard twin[sequence] == nil else { continue }
            var result = SessionResult.none
            result.sequence = sequence
            result.revision = Int64(step)
            row.keep(result)
            twin[sequence] = Int64(step)
            highest = max(highest, sequence)
        }
        #expect(twin.count > 1_000)
    }

    @Test func theDigestKnowsEveryResultAndNotTheirPlaces() {
        func digest(_ sequences: [UInt64], _ change: (inout SessionResult) -> Void = { _ in })
            -> UInt64
        {
            var row = SessionRow(id: 1, lastUsedMilliseconds: 0)
            for sequence in sequences {
                var result = SessionResult.none
                result.sequence = sequence
                if sequence == 3 { change(&result) }
                row.keep(result)
            }
            var digest = StateDigest()
            row.add(to: &digest)
            return digest.value
        }
        let known = digest([1, 2, 3, 4, 5])
        // Another order makes the row grow at another moment.
        #expect(digest([5, 1, 3, 2, 4]) == known)
        #expect(digest([1, 2, 4, 5]) != known)
        #expect(digest([1, 2, 3, 4, 5]) { $0.revision = 1 } != known)
        #expect(digest([1, 2, 3, 4, 5]) { $0.number = 1 } != known)
        #expect(digest([1, 2, 3, 4, 5]) { $0.error = .compacted } != known)
        #expect(digest([1, 2, 3, 4, 5]) { $0.detail = [0] } != known)
        #expect(digest([1, 2, 3, 4, 5]) { $0.requestChecksum = 1 } != known)
        #expect(digest([1, 2, 3, 4, 5]) { $0.kind = .txn } != known)
    }

    /// Results beyond the room for all of them lose their details, the oldest first.
    @Test func detailsAreBoundedInAll() {
        var sessions = Sessions()
        let detail = [UInt8](repeating: 7, count: Limits.sessionDetailBytesMax)
        let room =
            Limits.sessionDetailBytesInAllMax
            / (Limits.sessionDetailBytesMax + Limits.sessionDetailOverheadBytes)
        let ids = (0..<UInt64(room / 100 + 2)).map {
            sessions.register(slot: $0 + 1, nowMilliseconds: 0)
        }
        func find(_ number: Int) -> Sessions.Finding {
            sessions.find(
                ClientSession(id: ids[number / 100], sequence: UInt64(number % 100 + 1)),
                kind: .put, requestChecksum: 0, nowMilliseconds: 0)
        }
        for number in 0..<room + 10 {
            guard case .new(let place) = find(number) else {
                Issue.record("not new: \(number)")
                continue
            }
            var result = SessionResult.none
            result.sequence = UInt64(number % 100 + 1)
            result.revision = Int64(number)
            result.detail = detail
            sessions.keep(result, place: place)
        }
        for number in [0, 9, 10, 11, room + 9] {
            guard case .done(let result) = find(number) else {
                Issue.record("forgotten: \(number)")
                continue
            }
            #expect(result.revision == Int64(number))
            #expect(result.detail.isEmpty == (number < 10))
        }
    }
}
