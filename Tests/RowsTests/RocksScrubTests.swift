import Foundation
import MVCC
import Rows
import Testing

@testable import RocksStorage

/// What passes over a base on a disk find there, and leave there.
struct RocksScrubTests {
    private let place: TemporaryPlace
    private let pairs = (0..<2_000).map {
        pair("key\(10_000 + $0)", UUID().uuidString, at: Int64($0) + 2)
    }

    init() throws { place = try TemporaryPlace() }

    /// The files of the rows, largest first.
    private func files(_ directory: String) throws -> [String] {
        let manager = FileManager.default
        let paths = try manager.contentsOfDirectory(atPath: directory)
            .filter { $0.hasSuffix(".sst") }.map { directory + "/" + $0 }
        let sizes = try paths.map {
            (try manager.attributesOfItem(atPath: $0)[.size] as? Int ?? 0, $0)
        }
        return sizes.sorted { $0.0 > $1.0 }.map(\.1)
    }

    private func flipBit(_ path: String, at offset: UInt64) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: offset)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: offset)
        try file.write(contentsOf: [byte ^ 1])
        try file.close()
    }

    private func hasLinks(_ harness: RocksHarness) -> Bool {
        FileManager.default.fileExists(atPath: harness.path + "/scrub")
    }

    /// One bit of one file, under a living base that reads nothing of it, or has read it before.
    @Test(arguments: [0, 1], [false, true])
    func oneFlippedBitIsFound(file: Int, isInCache: Bool) throws {
        let harness = try RocksHarness(in: place)
        harness.flush(pairs, slot: 5)
        if isInCache {
            #expect(harness.everything().count == 1_000)
            try harness.base.keys.visitChanges(from: 1) { _ in true }
        }
        try flipBit(try files(harness.path + "/1/rows")[file], at: 20_000)
        guard
            case .scrubbed(0, .brokenOff) = harness.perform(
                .scrub(bytesMax: .max, condemns: false))
        else {
            Issue.record("a pass of a node that is alone met nothing")
            return
        }
        guard case .damaged = harness.failureInPass() else {
            Issue.record("the pass met nothing")
            return
        }
        harness.close()
        #expect(throws: BaseError.self) { try harness.open() }
        try RocksBase.setAside(directory: harness.path)
        #expect(!hasLinks(harness))
    }

    @Test func whatRotsBehindAPassIsFoundByTheNextOne() throws {
        let harness = try RocksHarness(in: place)
        harness.flush(pairs, slot: 5)
        #expect(harness.scrub(bytesMax: 60_000).progress == .underWay)
        #expect(hasLinks(harness))
        try flipBit(try files(harness.path + "/1/rows")[0], at: 5_000)
        #expect(harness.scrub(bytesMax: .max).progress == .complete)
        #expect(!hasLinks(harness), "a pass that is over leaves nothing")
        guard case .damaged = harness.failureInPass() else {
            Issue.record("the pass met nothing")
            return
        }
    }

    @Test func whatASnapshotHasReplacedIsNotReadAnyMore() throws {
        let (source, harness) = (try RocksHarness(), try RocksHarness(in: place))
        source.flush(Array(pairs[..<10]), slot: 9)
        harness.flush(pairs, slot: 5)
        #expect(harness.scrub(bytesMax: 1).progress == .underWay)
        for file in try files(harness.path + "/1/rows") { try flipBit(file, at: 1_000) }
        _ = harness.copy(try #require(source.snapshot()), from: source, bytesMax: 1 << 20)
        // Both are submitted before the owner knows of the other base.
        harness.submit(.finishInstallation)
        guard
            case .scrubbed(0, .brokenOff) = harness.perform(
                .scrub(bytesMax: .max, condemns: true))
        else {
            Issue.record("the old base was read")
            return
        }
        #expect(!hasLinks(harness))
        #expect(harness.scrub(bytesMax: .max).progress == .complete)
    }

    /// What was merged away since the pass began must not keep its room until it ends.
    @Test func linksAreMadeAnewNowAndThen() throws {
        let harness = try RocksHarness(in: place)
        for slot in 1...4 {
            harness.flush(Array(pairs[slot * 400 - 400..<slot * 400]), slot: UInt64(slot))
        }
        harness.close()
        let directory = try BaseDirectory(harness.path)
        let store = try OpenStore(
            directory, 1, .existing, startName: "test", cacheBytes: 1 << 20)
        let pass = ScrubPass(of: store, in: directory, linkedBytesMax: 20_000)
        var byteCount = try pass.read(bytesMax: 5_000) {}
        let first = try files(directory.scrubPath + "/rows")
        store.rows.compact()
        while !pass.isComplete { byteCount += try pass.read(bytesMax: 5_000) {} }
        let last = try files(directory.scrubPath + "/rows")
        #expect(first.count > last.count && Set(first).isDisjoint(with: last.prefix(1)))
        let size = Double(store.rows.byteCount)
        #expect(abs(Double(byteCount) - size) < size / 3, "\(byteCount) of \(size)")
    }

    @Test func aPassThatFindsNoPlaceForItsLinksIsBrokenOff() throws {
        let harness = try RocksHarness(in: place)
        harness.flush(pairs, slot: 5)
        // A file in the place of the directory.
        try Data([1]).write(to: URL(fileURLWithPath: harness.path + "/scrub"))
        guard case .brokenOff = harness.scrub(bytesMax: 1).progress else {
            Issue.record("a pass began")
            return
        }
        try FileManager.default.removeItem(atPath: harness.path + "/scrub")
        #expect(harness.scrub(bytesMax: .max).progress == .complete)
    }
}
