import Basics
import EtcdMessages
import MVCC
import Testing

@testable import Watching

/// The rules of one stream, in etcd's words.
struct WatchStreamTests {
    private let rig = WatchRig(seed: 1, overBase: false)

    private func responses(_ client: WatchClient) -> [WatchResponse] {
        let known = client.responses.count
        rig.settle()
        return Array(client.responses[known...])
    }

    @Test func idsAreGivenFromZeroOnAndChosenOnesAreKept() {
        let client = rig.connect()
        client.create("a")
        client.create("b") { $0.watchID = 2 }
        client.create("c")
        client.create("d")
        client.create("e") { $0.watchID = 2 }
        let answers = responses(client)
        #expect(answers.map(\.watchID) == [0, 2, 1, 3, -1])
        #expect(answers.allSatisfy { $0.created && $0.header.revision == 1 })
        #expect(answers.map(\.canceled) == [false, false, false, false, true])
        #expect(
            answers[4].cancelReason == "mvcc: duplicate watch ID provided on the WatchStream")
    }

    @Test func whatCannotBeWatchedIsRefusedInEtcdsWords() {
        let client = rig.connect()
        client.create("b") { $0.rangeEnd = Array("a".utf8) }
        client.create("b") { $0.rangeEnd = Array("b".utf8) }
        client.create("b") { $0.startRevision = -1 }
        let answers = responses(client)
        #expect(answers.map(\.watchID) == [-1, -1, -1])
        #expect(answers.allSatisfy { $0.created && $0.canceled && $0.compactRevision == 0 })
        #expect(
            answers.map(\.cancelReason) == [
                "mvcc: watcher range is empty", "mvcc: watcher range is empty",
                "etcdserver: mvcc: required revision has been compacted",
            ])
    }

    @Test func noKeyIsTheLowestOne() {
        let client = rig.connect()
        client.create("") { $0.rangeEnd = [0] }
        rig.write([("a", "1")])
        #expect(responses(client).flatMap(\.events).count == 1)
    }

    @Test func aCanceledWatchIsToldNothingMore() {
        let client = rig.connect()
        client.create("a")
        _ = responses(client)
        rig.write([("a", "1")])
        rig.hub.advance(rig.keyspace)
        client.cancel(0)
        client.cancel(0)
        client.cancel(7)
        rig.write([("a", "2")])
        let answers = responses(client)
        #expect(answers.count == 1)
        #expect(answers.first?.canceled == true && answers.first?.watchID == 0)
        #expect(answers.first?.header.revision == 2)
        #expect(rig.hub.watcherCount == 0 && rig.hub.pendingBytes == 0)
    }

    @Test func aCompactedStartIsCanceledWithTheCompactedRevision() {
        for value in 1...5 { rig.write([("a", "\(value)")]) }
        rig.compact(to: 4)
        rig.turn()
        let client = rig.connect()
        client.create("a") { $0.startRevision = 3 }
        client.create("a") { $0.startRevision = 4 }
        let answers = responses(client)
        #expect(answers[0].created && answers[1].created && !answers[0].canceled)
        let end = answers.first { $0.canceled }
        #expect(end?.watchID == 0 && end?.compactRevision == 4 && end?.header.revision == 0)
        #expect(answers.flatMap(\.events).map(\.kv.modRevision) == [4, 5, 6])
    }

    /// A watch that lags, and what it lacks is compacted meanwhile: told as one that begins too early.
    @Test func aWatchThatFallsBehindACompactionIsCanceledToo() {
        let client = rig.connect()
        client.create("a")
        client.create("b")
        rig.turn()
        client.read(.max)
        for _ in 0..<200 {
            rig.write([("a", String(repeating: "x", count: 10_000))])
            rig.turn()
        }
        #expect(rig.hub.liveCount == 1)
        let newest = rig.keyspace.revision
        rig.compact(to: newest)
        let answers = responses(client)
        let ends = answers.filter(\.canceled)
        #expect(ends.map(\.watchID) == [0] && ends.map(\.compactRevision) == [newest])
        // What it was told before has no gap, and nothing comes behind the end.
        let told = answers.flatMap(\.events).map(\.kv.modRevision)
        #expect(told == Array(2..<2 + Int64(told.count)) && told.count < 200)
        #expect(answers.last?.canceled == true)
        rig.write([("a", "1"), ("b", "1")])
        let later = responses(client)
        #expect(later.map(\.watchID) == [1] && later.flatMap(\.events).count == 1)
    }

    /// Not all at once: up to a tenth later.
    @Test func idleStreamsAreToldOfProgressAtTimesOfTheirOwn() {
        rig.hub.tick(nowMilliseconds: 0)
        let clients = (0..<20).map { _ in rig.connect() }
        for client in clients { client.create("a") { $0.progressNotify = true } }
        rig.settle()
        var counts: [Int] = []
        for milliseconds in stride(from: 99, through: 111, by: 2) as StrideThrough<UInt64> {
            rig.hub.tick(nowMilliseconds: milliseconds)
            rig.settle()
            counts.append(clients.count { $0.responses.count == 2 })
        }
        #expect(counts.first == 0 && counts.last == 20)
        #expect(Set(counts).count > 3)
    }

    @Test func anIDStaysTakenAfterACompactionUntilItIsCanceled() {
        for index in 1...4 { rig.write([("k", "\(index)")]) }
        rig.compact(to: 4)
        let client = rig.connect()
        client.create("k") { ($0.watchID, $0.startRevision) = (1, 2) }
        client.create("k")
        _ = responses(client)
        client.create("k") { $0.watchID = 1 }
        client.create("k")
        client.stream.cancel(1)
        client.stream.cancel(1)
        client.create("k") { $0.watchID = 1 }
        let answers = responses(client)
        #expect(answers.map(\.watchID) == [-1, 2, 1, 1], "the second cancel is of nothing")
        #expect(answers.map(\.canceled) == [true, false, true, false])
    }

    @Test func theDeleteAtTheCompactedRevisionIsTold() {
        rig.write([("a", "1")])
        rig.write([("a", nil)])
        rig.compact(to: 3)
        rig.turn()
        let client = rig.connect()
        client.create("a") {
            $0.startRevision = 3
            $0.prevKv = true
        }
        let events = responses(client).flatMap(\.events)
        #expect(events.count == 1 && events.first?.type == .delete)
        #expect(events.first?.hasPrevKv == false, "the revision below is compacted")
    }

    @Test func aFutureStartHearsNothingBefore() {
        let client = rig.connect()
        client.create("a") { $0.startRevision = 5 }
        client.stream.requestProgress()
        rig.write([("a", "1")])
        rig.write([("a", "2")])
        #expect(responses(client).count == 1, "only that it was created")
        rig.write([("a", "3")])
        let progress = responses(client)
        #expect(progress.map(\.watchID) == [-1] && progress[0].header.revision == 4)
        rig.write([("a", "4")])
        #expect(responses(client).flatMap(\.events).map(\.kv.modRevision) == [5])
    }

    @Test func progressComesWhenAllIsTold() {
        for value in 1...5 { rig.write([("a", "\(value)")]) }
        rig.turn()
        let client = rig.connect()
        client.create("a") { $0.startRevision = 1 }
        client.stream.requestProgress()
        client.stream.requestProgress()
        let answers = responses(client)
        #expect(answers.last?.watchID == -1 && answers.last?.header.revision == 6)
        #expect(answers.count { $0.watchID == -1 } == 1)
        #expect(client.judge().isEmpty)
    }

    @Test func idleWatchesAreToldOfProgressByThemselves() {
        rig.hub.tick(nowMilliseconds: 0)
        let client = rig.connect()
        client.create("a") { $0.progressNotify = true }
        client.create("a")
        _ = responses(client)
        rig.write([("b", "1")])
        rig.turn()
        rig.hub.tick(nowMilliseconds: 120)
        let idle = responses(client)
        #expect(idle.map(\.watchID) == [0] && idle[0].header.revision == 2)
        rig.write([("a", "1")])
        _ = responses(client)
        rig.hub.tick(nowMilliseconds: 240)
        #expect(responses(client).isEmpty, "it had events meanwhile")
        rig.hub.tick(nowMilliseconds: 360)
        #expect(responses(client).map(\.watchID) == [0])
    }

    /// The time of the first one has passed when the second one comes.
    @Test func aWatchThatComesAfterTheLastOneIsToldOfProgressToo() {
        rig.hub.tick(nowMilliseconds: 0)
        let client = rig.connect()
        client.create("a") { $0.progressNotify = true }
        _ = responses(client)
        client.cancel(0)
        _ = responses(client)
        rig.hub.tick(nowMilliseconds: 1_000)
        client.create("a") { $0.progressNotify = true }
        _ = responses(client)
        rig.hub.tick(nowMilliseconds: 2_000)
        #expect(responses(client).map(\.watchID) == [1])
    }

    @Test func whoDoesNotReadIsToldOfProgressOnce() {
        rig.hub.tick(nowMilliseconds: 0)
        let client = rig.connect()
        for key in ["a", "b"] { client.create(key) { $0.progressNotify = true } }
        _ = responses(client)
        for milliseconds in stride(from: 200, through: 20_000, by: 200) as StrideThrough<UInt64> {
            rig.hub.tick(nowMilliseconds: milliseconds)
            rig.turn()
        }
        #expect(responses(client).map(\.watchID) == [0, 1])
        // It reads again.
        rig.hub.tick(nowMilliseconds: 30_000)
        #expect(responses(client).map(\.watchID) == [0, 1])
    }

    @Test func aRevisionIsOneResponseUnlessFragmentsWereAskedFor() {
        let client = rig.connect()
        for fragment in [false, true] {
            client.create("k") {
                $0.rangeEnd = Array("l".utf8)
                $0.fragment = fragment
            }
        }
        _ = responses(client)
        rig.write((0..<9).map { ("k\($0)", String(repeating: "v", count: 90)) })
        let answers = responses(client)
        #expect(answers.count { $0.watchID == 0 } == 1)
        let chain = answers.filter { $0.watchID == 1 }
        #expect(chain.count > 2 && chain.dropLast().allSatisfy(\.fragment))
        #expect(chain.last?.fragment == false && chain.flatMap(\.events).count == 9)
        #expect(client.judge().isEmpty)
    }

    @Test func eventsAreEncodedOnceForAllWhoShareThem() {
        let client = rig.connect()
        for _ in 0..<3 { client.create("a") }
        rig.turn()
        client.read(.max)
        rig.write([("a", "1")])
        rig.hub.advance(rig.keyspace)
        let blocks = client.stream.watchers.values.compactMap { $0.pending.first }
        #expect(blocks.count == 3 && blocks.allSatisfy { $0 === blocks[0] })
    }

    @Test func whoNeverReadsHoldsNoMoreThanItsBudget() {
        let client = rig.connect()
        client.create("a")
        rig.turn()
        client.read(.max)
        for _ in 0..<200 {
            rig.write([("a", String(repeating: "x", count: 10_000))])
            rig.turn()
        }
        #expect(rig.hub.pendingBytes <= Limits.pendingBytesPerWatcher)
        #expect(rig.hub.liveCount == 0 && rig.hub.isLeading)
        rig.settle()
        #expect(client.judge().isEmpty && rig.hub.liveCount == 1)
    }

    /// Many watches of one stream, each with a block of its own.
    @Test(arguments: [false, true])
    func manyWhoReadHistoryHoldNoMoreThanTheirStreamsBudget(overBase: Bool) throws {
        let rig = WatchRig(seed: 1, overBase: overBase, pendingBytesPerStream: 300_000)
        for _ in 0..<12 { rig.write([("a", String(repeating: "x", count: 10_000))]) }
        try rig.flush()
        rig.turn()
        let client = rig.connect()
        for start in 0..<100 {
            client.create("a") {
                $0.rangeEnd = Array("b\(start)".utf8)
                $0.startRevision = 1 + Int64(start % 12)
            }
        }
        for _ in 0..<300 { rig.turn() }
        #expect(rig.hub.pendingBytes >= 300_000)
        #expect(rig.hub.pendingBytes < 300_000 + 6 * 11_000, "one block of six changes more")
        #expect(rig.hub.isLeading && rig.hub.catchUpNeeded(rig.keyspace) == nil)
        #expect(rig.hub.marks[.lackedRoom] > 0)
        rig.settle()
        #expect(client.judge().isEmpty && rig.hub.liveCount == 100)
    }

    /// The same for those that are live, with one revision.
    @Test func manyLiveWatchesHoldNoMoreThanTheirStreamsBudget() {
        let rig = WatchRig(seed: 1, overBase: false, pendingBytesPerStream: 300_000)
        let client = rig.connect()
        for index in 0..<100 { client.create("a") { $0.rangeEnd = Array("b\(index)".utf8) } }
        rig.turn()
        client.read(.max)
        rig.write([("a", String(repeating: "x", count: 10_000))])
        rig.hub.advance(rig.keyspace)
        #expect(rig.hub.pendingBytes < 300_000 + 11_000 && rig.hub.liveCount < 100)
        rig.settle()
        #expect(client.judge().isEmpty && rig.hub.liveCount == 100)
    }

    @Test func whoReadsGoesOnWhileOthersHoldAllThatMayWait() {
        let rig = WatchRig(
            seed: 1, overBase: false, pendingBytesPerStream: 300_000, pendingBytesInAll: 400_000)
        for _ in 0..<60 { rig.write([("a", String(repeating: "x", count: 10_000))]) }
        rig.turn()
        for _ in 0..<4 {
            let idle = rig.connect()
            for _ in 0..<20 { idle.create("a") { $0.startRevision = 1 } }
        }
        for _ in 0..<300 { rig.turn() }
        let held = rig.hub.pendingBytes
        let floor = Limits.pendingBytesPerWatcher
        #expect(held >= 400_000 && held < 400_000 + 4 * (floor + 6 * 11_000))
        #expect(rig.hub.catchUpNeeded(rig.keyspace) == nil)
        let reader = rig.connect()
        for _ in 0..<20 { reader.create("a") { $0.startRevision = 1 } }
        for _ in 0..<600 {
            rig.turn()
            reader.read(.max)
        }
        #expect(reader.judge().isEmpty && rig.hub.liveCount == 20)
        #expect(rig.hub.pendingBytes == held)
    }

    /// In each turn somebody comes who watches from the newest revision on.
    @Test func thoseWhoComeAtTheEndOfHistoryKeepBackNobodyAtItsBeginning() {
        let rig = WatchRig(seed: 1, overBase: false)
        for _ in 0..<60 { rig.write([("a", "1")]) }
        rig.turn()
        let (first, others) = (rig.connect(), rig.connect())
        for turn in 0..<200 {
            rig.write([("a", "2")])
            rig.hub.advance(rig.keyspace)
            others.create("a") { [revision = rig.keyspace.revision] in $0.startRevision = revision }
            // The sweep through history is where the others are.
            if turn == 10 { first.create("a") { $0.startRevision = 2 } }
            rig.turn()
            first.read(.max)
            others.read(.max)
        }
        #expect(first.stream.laggingCount == 0 && first.judge().isEmpty)
        rig.settle()
        #expect(rig.hub.liveCount == 201 && others.judge().isEmpty)
    }

    /// Each time that there is room, somebody at the beginning of history could use it.
    @Test func manySlowWatchesKeepBackNobodyWhoIsFurtherOn() {
        let rig = WatchRig(seed: 1, overBase: false, pendingBytesPerStream: 1)
        for _ in 0..<60 { rig.write([("a", "1")]) }
        rig.turn()
        let slow = rig.connect()
        for _ in 0..<500 { slow.create("a") { $0.startRevision = 1 } }
        slow.read(.max)
        let other = rig.connect()
        other.create("a") { $0.startRevision = 30 }
        for _ in 0..<200 {
            rig.turn()
            slow.read(1)
            other.read(.max)
        }
        #expect(other.stream.laggingCount == 0 && other.judge().isEmpty)
        #expect(slow.stream.laggingCount > 400)
        rig.settle()
        #expect(rig.hub.liveCount == 501 && slow.judge().isEmpty)
    }

    /// Nothing else may happen that would begin a turn.
    @Test func roomForHistoryIsAReasonForAnotherTurn() {
        let rig = WatchRig(seed: 1, overBase: false, pendingBytesPerStream: 1)
        rig.write([("b", "1")])
        rig.turn()
        let client = rig.connect()
        client.create("a")
        rig.turn()
        client.read(.max)
        rig.write([("a", "1")])
        rig.hub.advance(rig.keyspace)
        client.create("b") { $0.startRevision = 1 }
        #expect(rig.hub.catchUpNeeded(rig.keyspace) == nil)
        client.stream.onOutput = { client.read(.max) }
        #expect(rig.hub.serve())
        #expect(rig.hub.catchUpNeeded(rig.keyspace) != nil)
        rig.turn()
        #expect(!rig.hub.serve() && client.judge().isEmpty)
    }

    @Test func aStreamThatEndsLeavesNothing() {
        let client = rig.connect()
        client.create("a") { $0.startRevision = 1 }
        client.create("b")
        client.stream.end()
        client.stream.end()
        rig.write([("a", "1"), ("b", "1")])
        rig.turn()
        #expect(rig.hub.watcherCount == 0 && rig.hub.liveCount == 0 && !rig.hub.isLeading)
        #expect(rig.hub.pendingBytes == 0)
    }

    /// What waits for a watch that compaction has ended is told before its end; nobody is left to tell.
    @Test func aStreamThatEndsLeavesNothingOfACompactedWatch() {
        let client = rig.connect()
        client.create("a")
        rig.turn()
        client.read(.max)
        for _ in 0..<200 {
            rig.write([("a", String(repeating: "x", count: 10_000))])
            rig.turn()
        }
        rig.compact(to: rig.keyspace.revision)
        rig.turn()
        #expect(rig.hub.watcherCount == 0 && rig.hub.pendingBytes > 0)
        client.stream.end()
        #expect(rig.hub.pendingBytes == 0)
    }
}
