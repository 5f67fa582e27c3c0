import Foundation
import MVCC
import Rows
import Testing

@testable import RocksStorage

/// Rows in files: what comes back, and what does not.
final class RowStoreTests {
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "rows-" + UUID().uuidString
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func open(_ startName: String) throws -> RowStore {
        let isThere = FileManager.default.fileExists(atPath: directory)
        return try RowStore(
            directory: directory, isThere ? .existing : .new, startName: startName,
            cacheBytes: 1 << 20)
    }

    private func run(_ store: RowStore, _ rows: [(String, String?)]) throws -> any RowRun {
        let run = try store.makeRun(.singly)
        for (key, value) in rows { try add(key, value, to: run) }
        return run
    }

    private func add(_ key: String, _ value: String?, to run: any RowRun) throws {
        guard let value else { return try run.delete(Array(key.utf8)) }
        try run.put(Array(key.utf8), Array(value.utf8))
    }

    private func value(_ store: RowStore, _ key: String) throws -> String? {
        try store.value(of: Array(key.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func keys(_ store: RowStore) throws -> [String] {
        var keys: [String] = []
        try store.visit(from: [0], to: [255], descending: false) { key, _ in
            keys.append(String(decoding: key, as: UTF8.self))
            return true
        }
        return keys
    }

    @Test func theCacheTakesWhatItIsTold() throws {
        let store = try open("1")
        #expect(store.cacheBytesMax == 1 << 20)
        store.limitCache(toBytes: 3 << 20)
        #expect(store.cacheBytesMax == 3 << 20)
    }

    @Test func rowsComeBackAfterTheStoreWasClosed() throws {
        do {
            let store = try open("1")
            try store.takeIn([
                try run(store, [("a", "1"), ("b", "2")]), try run(store, [("x", "9")]),
            ])
            try store.takeIn([try run(store, [("a", nil), ("c", "3")]), try run(store, [])])
            #expect(try value(store, "a") == nil)
        }
        let store = try open("2")
        #expect(try value(store, "a") == nil)
        #expect(try value(store, "b") == "2")
        #expect(try value(store, "c") == "3")
        #expect(try value(store, "x") == "9")
        #expect(try keys(store) == ["b", "c", "x"])
        #expect(store.byteCount > 0)
    }

    @Test func keysOutOfOrderAreRefused() throws {
        let store = try open("1")
        let run = try run(store, [("b", "1")])
        #expect(throws: RowError.self) { try self.add("a", "2", to: run) }
    }

    @Test func ofAKeyInSeveralRunsTheLastOneCounts() throws {
        let store = try open("1")
        try store.takeIn([
            try run(store, [("a", "1"), ("b", "1"), ("c", "1")]),
            try run(store, [("b", "2"), ("c", nil)]),
        ])
        #expect(try keys(store) == ["a", "b"])
        #expect(try value(store, "b") == "2")
    }

    @Test func whatACrashLeftOfRunsIsRemovedAndNoNameComesAgain() throws {
        let leftover = directory + "/runs/1-1.run"
        do {
            let store = try open("1")
            try store.takeIn([try run(store, [("a", "1")])])
            // As after a crash between the second link and the removal of the first.
            let name = try #require(
                FileManager.default.contentsOfDirectory(atPath: directory + "/rows")
                    .first { $0.hasSuffix(".sst") })
            try FileManager.default.linkItem(
                atPath: directory + "/rows/" + name, toPath: leftover)
        }
        let store = try open("2")
        #expect(!FileManager.default.fileExists(atPath: leftover))
        #expect(try value(store, "a") == "1")
        let run = try #require(try store.makeRun(.singly) as? RunFile)
        #expect(run.path.hasSuffix("/runs/2-1.run"))
    }

    @Test func aCheckpointIsAStoreOfItsOwn() throws {
        let store = try open("1")
        try store.takeIn([try run(store, [("a", "1")])])
        let copy = directory + "-copy"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try store.checkpoint(at: copy)
        try store.takeIn([try run(store, [("a", "2")])])
        let opened = try RowStore(
            directory: copy, .readOnly, startName: "1", cacheBytes: 1 << 20)
        #expect(try value(opened, "a") == "1")
        #expect(try value(store, "a") == "2")
    }

    @Test func damageIsAnErrorAndNotAnAbsence() throws {
        do {
            let store = try open("1")
            let run = try store.makeRun(.singly)
            for number in 0..<5_000 {
                try add(String(format: "key%06d", number), UUID().uuidString, to: run)
            }
            try store.takeIn([run])
        }
        let rows = directory + "/rows/"
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: rows).first { $0.hasSuffix(".sst") })
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: rows + name))
        try file.seek(toOffset: 40_000)
        try file.write(contentsOf: Data(repeating: 0xff, count: 64))
        try file.close()
        let store = try open("2")
        var found = 0
        var failed = 0
        for number in 0..<5_000 {
            do {
                let row = try value(store, String(format: "key%06d", number))
                #expect(row != nil, "a damaged row was read as absent")
                found += 1
            } catch let error as RowError {
                #expect(error.isDamage)
                failed += 1
            }
        }
        #expect(found > 0 && failed > 0)
        #expect(throws: RowError.self) {
            _ = try self.keys(store)
        }
    }

    /// Merging what is rotten ends all merging, and files of the newest level never get fewer again.
    @Test func whoWaitsForMergingThatHasEndedIsToldSo() throws {
        let large = 5_000
        do {
            let store = try open("1")
            for _ in 0..<3 {
                let run = try store.makeRun(.singly)
                for number in 0..<large {
                    try add(String(format: "key%06d", number), UUID().uuidString, to: run)
                }
                try store.takeIn([run])
            }
        }
        let rows = directory + "/rows/"
        for name in try FileManager.default.contentsOfDirectory(atPath: rows)
        where name.hasSuffix(".sst") {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: rows + name))
            try file.seek(toOffset: 60_000)
            try file.write(contentsOf: Data(repeating: 0xff, count: 64))
            try file.close()
        }
        let store = try open("2")
        let runs = try (0..<Limits.newestLevelFilesMax + 8).map {
            try run(store, [(String(format: "key%06d", $0), "new")])
        }
        try store.takeIn(runs)
        #expect(store.newestLevelFileCount > Limits.newestLevelFilesMax)
        let deadline = Date().addingTimeInterval(20)
        while store.isBehind, Date() < deadline { usleep(10_000) }
        #expect(!store.isBehind)
        #expect {
            try store.takeIn([try self.run(store, [("a", "1")])])
        } throws: { error in
            (error as? RowError)?.isDamage == true
        }
    }

    @Test func aRunThatIsDroppedLeavesNoFile() throws {
        let store = try open("1")
        _ = try run(store, [("a", "1")])
        try store.takeIn([try run(store, [("b", "1")]), try run(store, [])])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory + "/runs").isEmpty)
    }

    @Test func whatIsMissingOfAStoreIsDamage() throws {
        do { _ = try open("1") }
        let rows = directory + "/rows/"
        for name in try FileManager.default.contentsOfDirectory(atPath: rows)
        where name == "CURRENT" || name.hasPrefix("MANIFEST") {
            try FileManager.default.moveItem(atPath: rows + name, toPath: directory + "/kept")
            #expect {
                _ = try self.open("2")
            } throws: { error in
                (error as? RowError)?.isDamage == true
            }
            try FileManager.default.moveItem(atPath: directory + "/kept", toPath: rows + name)
        }
        _ = try open("3")
        #expect(throws: RowError.self) {
            _ = try RowStore(directory: self.directory, .new, startName: "4")
        }
    }

    @Test func obsoleteRowsGoWhenFilesAreMerged() throws {
        let store = try open("1")
        for revision in 1...4 as ClosedRange<Int64> {
            let index = try store.makeRun(.singly)
            try index.put(RowLayout.indexKey([7], Revision(main: revision, sub: 0)), [])
            let history = try store.makeRun(.inOrder)
            try history.put(RowLayout.historyKey(from: revision) + [0, 0, 0, 0], [1])
            try store.takeIn([index, history])
        }
        func left(_ kind: UInt8) throws -> Int {
            var count = 0
            try store.visit(from: [kind], to: [kind + 1], descending: false) { _, _ in
                count += 1
                return true
            }
            return count
        }
        try store.forget(compactedRevision: 3)
        #expect(try left(RowLayout.history) == 2, "files that lie wholly below go at once")
        store.compact()
        #expect(try left(RowLayout.index) == 1)
        #expect(try left(RowLayout.history) == 2)
    }

    /// A block is compressed by itself, so that only a large one finds what was there 100 rows before.
    @Test func rowsInOrderLieInLargeBlocks() throws {
        var random = SystemRandomNumberGenerator()
        let values = (0..<100).map { _ in
            (0..<256).map { _ in UInt8.random(in: 0...(.max), using: &random) }
        }
        let store = try open("1")
        func growth(_ kind: RunKind) throws -> Int {
            let before = store.byteCount
            let run = try store.makeRun(kind)
            for number in 0..<10_000 {
                try run.put(Array("\(kind) \(10_000 + number)".utf8), values[number % values.count])
            }
            try store.takeIn([run])
            #expect(try store.value(of: Array("\(kind) 10123".utf8)) == values[23])
            return store.byteCount - before
        }
        #expect(try 2 * growth(.inOrder) < growth(.singly))
    }

    /// RocksDB drops from the kernel's memory what it has written; where files lie in memory anyway this shows nothing.
    @Test func whatWasTakenInIsReadWithoutTheDisk() throws {
        let store = try open("1")
        var random = SystemRandomNumberGenerator()
        let run = try store.makeRun(.singly)
        for number in 0..<4_000 {
            let value = (0..<256).map { _ in UInt64.random(in: 0...(.max), using: &random) }
            try value.withUnsafeBytes {
                try run.put(Array(String(10_000 + number).utf8), Array($0))
            }
        }
        try store.takeIn([run])
        let file = try #require(
            FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String }
                .first { $0.hasSuffix(".sst") })
        let deadline = ContinuousClock.now + .seconds(20)
        var pages = (resident: 0, all: 1)
        while pages.resident * 10 < pages.all * 9, ContinuousClock.now < deadline {
            pages = try residentPages(of: directory + "/" + file)
        }
        #expect(pages.all > 1_900)
        #expect(pages.resident * 10 >= pages.all * 9)
    }

    private func residentPages(of path: String) throws -> (resident: Int, all: Int) {
        let descriptor = Foundation.open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        let bytes = try #require(mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0))
        defer { munmap(bytes, size) }
        let pageBytes = Int(getpagesize())
        var flags = [UInt8](repeating: 0, count: (size + pageBytes - 1) / pageBytes)
        try #require(mincore(bytes, size, &flags) == 0)
        return (flags.count { $0 & 1 != 0 }, flags.count)
    }
}
