import Foundation
import MVCC
import Rows
import Testing

@testable import RocksStorage

/// What the base on a disk makes of a directory that is not as it was left.
struct RocksBaseTests {
    private let place: TemporaryPlace
    private let pairs = (0..<2_000).map {
        pair("key\(10_000 + $0)", UUID().uuidString, at: Int64($0) + 2)
    }

    init() throws { place = try TemporaryPlace() }

    private func files(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// The stores that lie aside.
    private func kept(_ harness: RocksHarness) throws -> [String] {
        try files(harness.path).filter { $0.hasPrefix("damaged-") }
    }

    /// A base with rows in it, closed.
    private func filled() throws -> RocksHarness {
        let harness = try RocksHarness(in: place)
        harness.flush(pairs, slot: 5)
        harness.close()
        return harness
    }

    private func expectDamage(_ harness: RocksHarness) {
        #expect {
            try harness.open()
        } throws: { error in
            if case .damaged = error as? BaseError { true } else { false }
        }
    }

    private func damage(_ path: String) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 20_000)
        try file.write(contentsOf: Data(repeating: 0xFF, count: 64))
        try file.close()
    }

    @Test func whatIsMissingIsDamageAndNotNew() throws {
        let harness = try filled()
        let manager = FileManager.default
        let rows = harness.path + "/1/rows"
        let missing = try files(rows).filter {
            $0 == "CURRENT" || $0.hasPrefix("MANIFEST") || $0.hasSuffix(".sst")
        }
        #expect(missing.count >= 4)
        for name in ["1", "current"] + missing.map({ "1/rows/" + $0 }) {
            try manager.moveItem(atPath: harness.path + "/" + name, toPath: place.path + "/kept")
            expectDamage(harness)
            try? manager.removeItem(atPath: harness.path + "/" + name)
            try manager.moveItem(atPath: place.path + "/kept", toPath: harness.path + "/" + name)
        }
        try harness.open()
        #expect(try harness.base.keys.state(of: pairs[7].key, at: nil) == pairs[7].state)
    }

    @Test func aPointerThatIsNotAsItWasWrittenIsDamage() throws {
        let harness = try filled()
        let pointer = URL(fileURLWithPath: harness.path + "/current")
        let good = try Data(contentsOf: pointer)
        for bad in [Data(), good.dropLast(2), Data("store 2 1\n".utf8), good + good] {
            try bad.write(to: pointer)
            expectDamage(harness)
        }
        try good.write(to: pointer)
        try harness.open()
    }

    @Test func rottenRowsAreFoundRememberedAndSetAside() throws {
        let harness = try filled()
        let rows = harness.path + "/1/rows/"
        for name in try files(rows) where name.hasSuffix(".sst") { try damage(rows + name) }
        try harness.open()
        for pair in pairs { harness.submit(.states(of: [pair.key])) }
        guard case .damaged = harness.failure() else {
            Issue.record("\(harness.failure())")
            return
        }
        harness.close()
        expectDamage(harness)
        expectDamage(harness)
        try RocksBase.setAside(directory: harness.path)
        try harness.open()
        let tables = try harness.base.tables()
        #expect(tables.isEmpty)
        #expect(try files(harness.path).contains("damaged-1"))
        harness.close()
        try RocksBase.setAside(directory: harness.path)
        #expect(try kept(harness) == ["damaged-2"], "one at most is kept")
    }

    @Test func whatWasSetAsideIsKeptWhereverAProcessEnds() throws {
        let harness = try filled()
        try RocksBase.setAside(directory: harness.path)
        let files = FileManager.default
        // The store lies aside, and the process ended before the pointer said so.
        try Data(BaseDirectory.encode(.store(1))).write(
            to: URL(fileURLWithPath: harness.path + "/current"))
        expectDamage(harness)
        try RocksBase.setAside(directory: harness.path)
        #expect(try kept(harness) == ["damaged-1"])

        // The next one cannot be put in its place.
        try harness.open()
        harness.close()
        #expect(files.fileExists(atPath: harness.path + "/2"))
        let pointer = try Data(contentsOf: URL(fileURLWithPath: harness.path + "/current"))
        try files.removeItem(atPath: harness.path + "/current")
        try files.createDirectory(
            atPath: harness.path + "/current/x", withIntermediateDirectories: true)
        #expect(throws: BaseError.self) { try RocksBase.setAside(directory: harness.path) }
        #expect(try kept(harness).contains("damaged-1"))
        try files.removeItem(atPath: harness.path + "/current")
        try pointer.write(to: URL(fileURLWithPath: harness.path + "/current"))
        try RocksBase.setAside(directory: harness.path)
        #expect(try kept(harness) == ["damaged-2"])
        try harness.open()
        harness.close()
    }

    @Test func whoOnlyLooksChangesNothing() throws {
        let harness = try filled()
        // What an opening for writing would remove or make.
        try FileManager.default.createDirectory(
            atPath: harness.path + "/snapshots/new", withIntermediateDirectories: true)
        try FileManager.default.removeItem(atPath: harness.path + "/reserve")
        let before = try content(harness.path)
        do {
            let base = try #require(
                try ReadOnlyBase.open(directory: harness.path, cacheBytes: 1 << 20))
            #expect(try base.keys.state(of: pairs[7].key, at: nil) == pairs[7].state)
            #expect(try !base.tables().isEmpty)
            base.condemn()
        }
        #expect(try content(harness.path) == before)
        // Neither does who finds damage.
        for name in try files(harness.path + "/1/rows") where name.hasSuffix(".sst") {
            try damage(harness.path + "/1/rows/" + name)
        }
        let rotten = try content(harness.path)
        if let base = try? ReadOnlyBase.open(directory: harness.path, cacheBytes: 1 << 20) {
            for pair in pairs { _ = try? base.keys.state(of: pair.key, at: nil) }
        }
        #expect(try content(harness.path) == rotten)
    }

    @Test func whoOnlyLooksFindsNothingOrDamage() throws {
        let harness = try filled()
        try FileManager.default.moveItem(
            atPath: harness.path + "/1", toPath: harness.path + "/damaged-1")
        #expect(throws: BaseError.self) {
            try ReadOnlyBase.open(directory: harness.path, cacheBytes: 1 << 20)
        }
        try RocksBase.setAside(directory: harness.path)
        #expect(try ReadOnlyBase.open(directory: harness.path, cacheBytes: 1 << 20) == nil)
    }

    /// Each file and directory below `path`, with its bytes.
    private func content(_ path: String) throws -> [String: Data] {
        var content: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            content[name] = FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data()
        }
        return content
    }

    @Test func readsOnTheOwnersThreadFindDamageToo() throws {
        let harness = try filled()
        let rows = harness.path + "/1/rows/"
        for name in try files(rows) where name.hasSuffix(".sst") { try damage(rows + name) }
        try harness.open()
        let keys = harness.base.keys
        #expect(throws: KeyBaseError.self) {
            for pair in pairs { _ = try keys.state(of: pair.key, at: nil) }
        }
        harness.close()
        expectDamage(harness)
    }

    @Test func aRottenBaseGivesNoSnapshot() throws {
        let harness = try filled()
        let rows = harness.path + "/1/rows/"
        for name in try files(rows) where name.hasSuffix(".sst") { try damage(rows + name) }
        try harness.open()
        harness.submit(.makeSnapshot(newerThanSlot: 0))
        guard case .damaged = harness.failure() else {
            Issue.record("\(harness.failure())")
            return
        }
        #expect(harness.base.takeCompletions().isEmpty)
    }

    @Test func leftoversOfACrashAreRemoved() throws {
        let harness = try filled()
        let manager = FileManager.default
        for name in ["7/rows", "scrub/rows", "snapshots/new/rows", "snapshots/9/rows"] {
            try manager.createDirectory(
                atPath: harness.path + "/" + name, withIntermediateDirectories: true)
        }
        try Data([1]).write(to: URL(fileURLWithPath: harness.path + "/1/runs/1-1.run"))
        try harness.open()
        #expect(try files(harness.path) == ["1", "current", "reserve", "snapshots"])
        #expect(try files(harness.path + "/snapshots").isEmpty)
        #expect(try files(harness.path + "/1/runs").isEmpty)
        #expect(try harness.base.keys.state(of: pairs[0].key, at: nil) == pairs[0].state)
    }

    @Test func aCrashWhileTheFirstStoreIsMadeLeavesANewBase() throws {
        let harness = try RocksHarness(in: place)
        harness.close()
        try Data(Self.emptyPointer.utf8).write(
            to: URL(fileURLWithPath: harness.path + "/current"))
        try harness.open()
        #expect(try files(harness.path) == ["1", "current", "reserve", "snapshots"])
        harness.flush([pair("a", "1", at: 2)], slot: 1)
        try harness.restart()
        #expect(harness.everything() == [pair("a", "1", at: 2)])
    }

    /// "empty 0" and its checksum.
    private static let emptyPointer = "empty 0 \(BaseChecksum.of("empty 0"))\n"

    @Test func anOldStoreGoesWhenItsSuccessorIsInstalled() throws {
        let harness = try filled()
        try harness.open()
        let source = try RocksHarness()
        source.flush(Array(pairs[..<10]), slot: 9)
        let description = try #require(source.snapshot())
        _ = harness.copy(description, from: source, bytesMax: 1 << 20)
        guard case .installed = harness.perform(.finishInstallation) else {
            Issue.record("not installed")
            return
        }
        #expect(harness.everything() == Array(pairs[..<10]))
        harness.close()
        #expect(try files(harness.path) == ["2", "current", "reserve", "snapshots"])
    }

    @Test func roomIsKeptForAStartOnAFullDisk() throws {
        let harness = try filled()
        let reserve = harness.path + "/reserve"
        #expect(try Data(contentsOf: URL(fileURLWithPath: reserve)).count == 4 << 20)
        try Data([1]).write(to: URL(fileURLWithPath: reserve))
        try harness.open()
        #expect(try Data(contentsOf: URL(fileURLWithPath: reserve)).count == 4 << 20)
    }

    @Test func aLostFileOfASnapshotTakesTheSnapshotAway() throws {
        let harness = try filled()
        try harness.open()
        let description = try #require(harness.snapshot())
        harness.close()
        let directory = harness.path + "/snapshots/5"
        try FileManager.default.removeItem(
            atPath: directory + "/rows/" + description.files[0].name)
        try harness.open()
        #expect(!FileManager.default.fileExists(atPath: directory))
        #expect(harness.snapshot()?.slot == 5, "it is made again")
    }
}
