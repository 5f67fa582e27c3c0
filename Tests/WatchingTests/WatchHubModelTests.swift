import Basics
import EtcdMessages
import MVCC
import Testing

@testable import Watching

/// Random clients, writes, compactions and flushes against the slow twin.
struct WatchHubModelTests {
    @Test(arguments: [false, true])
    func everyWatchIsToldEverythingOnce(overBase: Bool) throws {
        var marks: [WatchMark: UInt64] = [:]
        for seed: UInt64 in 1...60 {
            let rig = Self.rig(seed: seed, overBase: overBase)
            let faults = try Self.run(rig)
            if !faults.isEmpty { Issue.record("seed \(seed): \(faults.prefix(3))") }
            for mark in WatchMark.allCases { marks[mark, default: 0] += rig.hub.marks[mark] }
        }
        for mark in WatchMark.allCases where marks[mark] == 0 {
            Issue.record("\(mark) never happened")
        }
    }

    @Test(arguments: WatchBug.allCases)
    func everySeededBugIsFound(bug: WatchBug) throws {
        for seed: UInt64 in 1...200 {
            let rig = Self.rig(seed: seed, overBase: seed % 2 == 0, bug: bug)
            if try !Self.run(rig).isEmpty { return }
        }
        Issue.record("\(bug) was not found")
    }

    /// In every third run streams keep so little that watches of the same one must wait for each other.
    private static func rig(seed: UInt64, overBase: Bool, bug: WatchBug? = nil) -> WatchRig {
        let isNarrow = seed % 3 == 0
        return WatchRig(
            seed: seed, overBase: overBase, bug: bug,
            pendingBytesPerStream: isNarrow ? 2_000 : Limits.pendingBytesPerStream,
            pendingBytesInAll: isNarrow ? 5_000 : Limits.pendingBytesInAll)
    }

    /// One run; what is wrong with it.
    static func run(_ rig: WatchRig) throws -> [String] {
        var faults: [String] = []
        for _ in 0..<150 {
            switch rig.number(20) {
            case 0 where rig.number(4) == 0: faults += rig.disconnect()
            case 0: _ = rig.connect()
            case 1..<4: create(rig)
            case 4: cancel(rig)
            case 5: rig.clients.randomElement(using: &rig.random)?.stream.requestProgress()
            case 6:
                let revision = rig.keyspace.revision
                rig.compact(to: max(1, revision - Int64(rig.number(6))))
            case 7: try rig.flush()
            case 8: leap(rig)
            case 9: rig.hub.tick(nowMilliseconds: UInt64(rig.number(100_000)))
            case 10: largeWrites(rig)
            case 11..<15:
                rig.clients.randomElement(using: &rig.random)?.read(rig.number(4))
            default: rig.write(writes(rig))
            }
            if rig.number(2) == 0 { rig.turn() }
        }
        rig.settle()
        for client in rig.clients { client.stream.requestProgress() }
        rig.settle()
        faults += rig.clients.flatMap { $0.judge() }
        if rig.clients.contains(where: { $0.previousToldTooMuch() }) {
            faults.append("a state was told that was compacted")
        }
        if rig.hub.pendingBytes != 0 { faults.append("bytes are left") }
        return faults
    }

    private static let keys = ["a", "ab", "abc", "b", "ba", "c"]

    private static func writes(_ rig: WatchRig) -> [(String, String?)] {
        keys.shuffled(using: &rig.random).prefix(1 + rig.number(4)).map { key in
            (key, rig.number(4) == 0 ? nil : String(repeating: "v", count: rig.number(40)))
        }
    }

    /// So much that slow clients are left behind.
    private static func largeWrites(_ rig: WatchRig) {
        for _ in 0..<5 {
            rig.write([("a", String(repeating: "x", count: 90_000))])
            rig.hub.advance(rig.keyspace)
        }
    }

    /// A snapshot brings several revisions at once, which nobody was told.
    private static func leap(_ rig: WatchRig) {
        rig.turn()
        for _ in 0..<3 { rig.write(writes(rig)) }
        rig.hub.stateReplaced(rig.keyspace)
    }

    private static func create(_ rig: WatchRig) {
        // Between two turns everything that was applied is handed out.
        rig.hub.advance(rig.keyspace)
        let client = rig.clients.randomElement(using: &rig.random) ?? rig.connect()
        let key = keys.randomElement(using: &rig.random) ?? "a"
        let revision = rig.keyspace.revision
        let compacted = max(1, rig.keyspace.compactedRevision)
        client.create(key) { request in
            switch rig.number(4) {
            case 0: request.rangeEnd = [0]
            case 1: request.rangeEnd = Array("bz".utf8)
            case 2: request.rangeEnd = Array(key.utf8) + [0xFF]
            default: break
            }
            switch rig.number(5) {
            case 0: request.startRevision = 1 + Int64(rig.number(Int(revision)))
            case 1: request.startRevision = compacted
            case 2: request.startRevision = revision + Int64(rig.number(5))
            default: break
            }
            request.watchID = rig.number(4) == 0 ? Int64(rig.number(20)) : 0
            request.prevKv = rig.number(2) == 0
            request.fragment = rig.number(3) == 0
            request.progressNotify = rig.number(3) == 0
            if rig.number(6) == 0 { request.filters = [.noput] }
            if rig.number(6) == 0 { request.filters = [.nodelete] }
        }
        // What it may say of compacted states depends on when it began.
        rig.turn()
        client.read(.max)
    }

    private static func cancel(_ rig: WatchRig) {
        guard let client = rig.clients.randomElement(using: &rig.random) else { return }
        client.cancel(client.watches.keys.sorted().randomElement(using: &rig.random) ?? 99)
    }
}
