import Foundation
import Testing

@testable import RocksStorage

/// Rows in files: what comes back, and what does not.
final class RowStoreTests {
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "rows-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func open(_ startName: String, cacheBytes: Int = 1 << 20) throws -> RowStore {
        try RowStore(directory: directory, startName: startName, cacheBytes: cacheBytes)
    }

    private func run(_ store: RowStore, _ rows: [(String, String?)]) throws -> RowRun {
        let run = try store.makeRun()
        for (key, value) in rows { try add(key, value, to: run) }
        return run
    }

    private func add(_ key: String, _ value: String?, to run: RowRun) throws {
        let key = Array(key.utf8)
        let value = value.map { Array($0.utf8) }
        try key.withUnsafeBytes { key in
            guard let value else { return try run.delete(key) }
            try value.withUnsafeBytes { try run.put(key, $0) }
        }
    }

    private func value(_ store: RowStore, _ key: String) throws -> String? {
        let found = try Array(key.utf8).withUnsafeBytes { try store.value(of: $0) }
        guard case .found(let bytes) = found else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func keys(_ cursor: RowCursor, backward: Bool = false) throws -> [String] {
        var keys: [String] = []
        if backward { cursor.seekToLast() } else { cursor.seekToFirst() }
        while let key = try cursor.key() {
            keys.append(String(decoding: key, as: UTF8.self))
            if backward { cursor.previous() } else { cursor.next() }
        }
        return keys
    }

    @Test func rowsComeBackAfterTheStoreWasClosed() throws {
        do {
            let store = try open("1")
            try store.ingest([
                try run(store, [("a", "1"), ("b", "2")]), try run(store, [("x", "9")]),
            ])
            try store.ingest([try run(store, [("a", nil), ("c", "3")]), try run(store, [])])
            #expect(try value(store, "a") == nil)
        }
        let store = try open("2")
        #expect(try value(store, "a") == nil)
        #expect(try value(store, "b") == "2")
        #expect(try value(store, "c") == "3")
        #expect(try value(store, "x") == "9")
        #expect(try keys(store.cursor(from: [0], to: [255])) == ["b", "c", "x"])
        #expect(store.byteCount > 0)
    }

    @Test func aCursorKeepsWithinItsBoundsAndItsMoment() throws {
        let store = try open("1")
        try store.ingest([try run(store, ["a", "b", "c", "d"].map { ($0, $0) })])
        let cursor = store.cursor(from: Array("b".utf8), to: Array("d".utf8))
        try store.ingest([try run(store, [("b", nil), ("bb", "new")])])
        #expect(try keys(cursor) == ["b", "c"])
        #expect(try keys(cursor, backward: true) == ["c", "b"])
        #expect(
            try keys(store.cursor(from: Array("b".utf8), to: Array("d".utf8))) == ["bb", "c"])
        let later = store.cursor(from: [0], to: [255])
        Array("bc".utf8).withUnsafeBytes { later.seek($0) }
        #expect(try later.key().map { String(decoding: $0, as: UTF8.self) } == "c")
        Array("bc".utf8).withUnsafeBytes { later.seekBackward($0) }
        #expect(String(decoding: later.value, as: UTF8.self) == "new")
    }

    @Test func keysOutOfOrderAreRefused() throws {
        let store = try open("1")
        let run = try run(store, [("b", "1")])
        #expect(throws: RocksError.self) { try self.add("a", "2", to: run) }
    }

    @Test func ofAKeyInSeveralRunsTheLastOneCounts() throws {
        let store = try open("1")
        try store.ingest([
            try run(store, [("a", "1"), ("b", "1"), ("c", "1")]),
            try run(store, [("b", "2"), ("c", nil)]),
        ])
        #expect(try keys(store.cursor(from: [0], to: [255])) == ["a", "b"])
        #expect(try value(store, "b") == "2")
    }

    @Test func whatACrashLeftOfRunsIsRemovedAndNoNameComesAgain() throws {
        let leftover = directory + "/runs/1-1.run"
        do {
            let store = try open("1")
            try store.ingest([try run(store, [("a", "1")])])
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
        #expect(try store.makeRun().path.hasSuffix("/runs/2-1.run"))
    }

    @Test func aReadOfTheCacheNeverSaysAbsentOfWhatIsThere() throws {
        do {
            let store = try open("1")
            let run = try store.makeRun()
            for number in 0..<2_000 {
                try add(String(format: "key%06d", number), "value \(number)", to: run)
            }
            try store.ingest([run])
        }
        let store = try open("2")
        var unknown = 0
        for number in 0..<2_000 {
            let key = Array(String(format: "key%06d", number).utf8)
            switch try key.withUnsafeBytes({ try store.value(of: $0, cachedOnly: true) }) {
            case .absent: Issue.record("key \(number) is there")
            case .unknown: unknown += 1
            case .found(let bytes): #expect(bytes == Array("value \(number)".utf8))
            }
        }
        #expect(unknown > 0, "nothing was read from the disk yet")
        #expect(try value(store, "key000007") == "value 7")
        let key = Array("key000007".utf8)
        let again = try key.withUnsafeBytes { try store.value(of: $0, cachedOnly: true) }
        #expect(again == .found(Array("value 7".utf8)))
    }

    @Test func aCheckpointIsAStoreOfItsOwn() throws {
        let store = try open("1")
        try store.ingest([try run(store, [("a", "1")])])
        let copy = directory + "-copy"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try store.checkpoint(at: copy)
        try store.ingest([try run(store, [("a", "2")])])
        let opened = try RowStore(directory: copy, startName: "1", cacheBytes: 1 << 20)
        #expect(try value(opened, "a") == "1")
        #expect(try value(store, "a") == "2")
    }

    @Test func damageIsAnErrorAndNotAnAbsence() throws {
        do {
            let store = try open("1")
            let run = try store.makeRun()
            for number in 0..<5_000 {
                try add(String(format: "key%06d", number), UUID().uuidString, to: run)
            }
            try store.ingest([run])
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
            } catch is RocksError {
                failed += 1
            }
        }
        #expect(found > 0 && failed > 0)
        #expect(throws: RocksError.self) {
            _ = try self.keys(store.cursor(from: [0], to: [255]))
        }
    }

    /// Random runs against a sorted list of what they should come to.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func randomRunsComeToWhatAModelSays(seed: UInt64) throws {
        var state = seed &* 0x9e37_79b9_7f4a_7c15
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        let store = try open("1")
        var model: [String: String] = [:]
        for round in 0..<20 {
            var rows: [String: String?] = [:]
            for _ in 0..<random(60) {
                rows["k\(100 + random(150))"] = random(4) == 0 ? .some(nil) : "\(round)"
            }
            let sorted = rows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            try store.ingest([try run(store, sorted)])
            for (key, value) in rows { model[key] = value }
            #expect(try keys(store.cursor(from: [0], to: [255])) == model.keys.sorted())
        }
        for number in 100..<250 { #expect(try value(store, "k\(number)") == model["k\(number)"]) }
    }
}
