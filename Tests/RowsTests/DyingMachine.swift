import Basics
import FlushLoop
import Foundation
import MVCC
import RocksStorage
import Rows
import Testing

/// A directory with a base in it, on a machine that dies by order (Tests/PowerShim) while FlushLoop writes.
final class DyingMachine {
    private let place: TemporaryPlace
    private var random: SeededRandom
    private var lives = 0
    /// The newest generation that was reported as durable.
    private(set) var reported: UInt64 = 0
    /// How often it died, and did not come to the end of what it should do.
    private(set) var deaths = 0

    /// Flushes of such files are ignored: a disk that lies.
    var ignored: String?
    /// So many writes of runs find no room.
    var refused = 0

    private var data: String { place.path + "/data" }
    private var record: String { place.path + "/record" }

    init(seed: UInt64) throws {
        place = try TemporaryPlace()
        random = SeededRandom(seed: seed)
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    }

    /// Writes all there is to be written.
    func live() async throws {
        try await run([
            "LD_PRELOAD": try await Self.library.value, "POWER_SHIM_DIRECTORY": data,
            "POWER_SHIM_FULL": "\(refused)",
        ])
    }

    /// Writes until the process dies at one of its calls, and makes of the directory what that leaves.
    func live(losingPower: Bool) async throws {
        lives += 1
        try? FileManager.default.removeItem(atPath: record)
        try FileManager.default.createDirectory(atPath: record, withIntermediateDirectories: true)
        var environment = [
            "LD_PRELOAD": try await Self.library.value, "POWER_SHIM_DIRECTORY": data,
            "POWER_SHIM_END_AT": "\(1 + number(below: Self.callsMax))",
        ]
        if losingPower {
            environment["POWER_SHIM_RECORD"] = record
            environment["POWER_SHIM_IGNORE"] = ignored
        }
        try await run(environment)
        if losingPower { try losePower() }
    }

    /// As many as seven generations take.
    private static let callsMax = 700

    private func run(_ environment: [String: String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.programs + "/FlushLoop")
        process.arguments = [data + "/base", "7"]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        let ended = AsyncStream<Int32> { stream in
            process.terminationHandler = {
                stream.yield($0.terminationStatus)
                stream.finish()
            }
        }
        try process.run()
        var status: Int32 = -1
        for await value in ended { status = value }
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        if let last = text.split(separator: "\n").compactMap({ UInt64($0) }).last {
            reported = max(reported, last)
        }
        try #require(status == 0 || status == 137, "FlushLoop ended with \(status)")
        if status == 137 { deaths += 1 }
    }

    // MARK: What is found

    /// Compares the base with what the generations must have left. The slot that it holds; nil if it is wrong.
    func check() throws -> UInt64? {
        let base = try RocksBase(
            directory: data + "/base", cacheBytes: 1 << 20, wake: {},
            onFailure: { Issue.record("\($0)") })
        defer { base.close() }
        let tables = try base.tables()
        let row = tables.first { $0.name == WellKnownTables.appliedSlot }
        let slot = row.flatMap { WellKnownTables.slot($0.bytes) } ?? 0
        guard slot == reported || slot == reported + 1 else { return nil }
        let expected = Generation(number: slot)
        guard tables == (slot == 0 ? [] : expected.tables) else { return nil }
        let piece = try base.keys.piece(
            of: .unbounded(lower: []), at: nil, descending: false, keysMax: 10_000)
        let isWhole =
            piece.pairs.count == expected.states.count
            && piece.pairs.allSatisfy { expected.states[$0.key] == $0.state }
        var changes: [FlushedChange] = []
        let oldest = max(1, expected.compactedRevision)
        try base.keys.visitChanges(from: oldest) {
            changes.append($0)
            return true
        }
        let isHistoryWhole = changes == expected.changes.filter { $0.revision.main >= oldest }
        reported = max(reported, slot)
        return isWhole && isHistoryWhole ? slot : nil
    }

    // MARK: Without power

    /// Puts in the place of the directory what the record says was durable. Of all else each thing is there or not,
    /// as the seed says: the newer names of a directory, or the newer bytes of a file, or its length only.
    private func losePower() throws {
        let root = try String(contentsOfFile: record + "/root", encoding: .utf8)
        let after = place.path + "/after-\(lives)"
        survival = [0, 0, 50, 90][number(below: 4)]
        try restore(root, live: data, to: after)
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.moveItem(atPath: after, toPath: data)
    }

    /// Of a hundred things that were not flushed.
    private var survival = 0

    private func survives() -> Bool { number(below: 100) < survival }

    private func number(below end: Int) -> Int { Int.random(in: 0..<end, using: &random) }

    private func restore(_ identity: String, live: String?, to path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        for entry in try entries(identity, live) {
            let to = path + "/" + entry.name
            var from = live.map { $0 + "/" + entry.name }
            if let there = from, Self.inode(there) != entry.inode { from = nil }
            if entry.isDirectory {
                try restore(entry.identity, live: from, to: to)
            } else {
                try bytes(of: entry, live: from).write(to: URL(fileURLWithPath: to))
            }
        }
    }

    private struct Entry {
        let identity: String
        let isDirectory: Bool
        let name: String
        /// Else its inode may have been another's when it was recorded.
        let isExact: Bool

        var inode: UInt64? { identity.split(separator: "-").first.flatMap { UInt64($0) } }
    }

    /// The names of a directory as they were flushed, or all that are there now.
    private func entries(_ identity: String, _ live: String?) throws -> [Entry] {
        if let live, survives() {
            return try FileManager.default.contentsOfDirectory(atPath: live).sorted().map { name in
                let path = live + "/" + name
                return Entry(
                    identity: try newestRecord(ofInode: Self.inode(path) ?? 0),
                    isDirectory: Self.isDirectory(path), name: name, isExact: false)
            }
        }
        let text = try? String(contentsOfFile: "\(record)/\(identity).names", encoding: .utf8)
        return (text ?? "").split(separator: "\n").map { line in
            let words = line.split(separator: " ", maxSplits: 2)
            return Entry(
                identity: String(words[0]), isDirectory: words[1] == "d", name: String(words[2]),
                isExact: true)
        }
    }

    /// An inode comes again when its file is gone: then the youngest counts.
    private func newestRecord(ofInode inode: UInt64) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: record)
        let found = names.filter { $0.hasPrefix("\(inode)-") }.compactMap {
            $0.split(separator: ".").first.map(String.init)
        }
        let youngest = found.max { $0.compare($1, options: .numeric) == .orderedAscending }
        return youngest ?? "\(inode)-"
    }

    /// The bytes as they were flushed, and perhaps some of those that were written behind them.
    private func bytes(of entry: Entry, live: String?) -> Data {
        let manager = FileManager.default
        var durable = manager.contents(atPath: "\(record)/\(entry.identity).data") ?? Data()
        guard let live, let now = manager.contents(atPath: live) else { return durable }
        if !entry.isExact, !now.starts(with: durable) { durable = Data() }
        guard survives() else { return durable }
        let kept = now.starts(with: durable) ? durable.count : 0
        let end = kept + number(below: now.count - kept + 1)
        // A file's length runs ahead of its bytes on some file systems. RocksDB's manifest does not bear that: such
        // a base is found damaged, and is fetched anew.
        let isLong = number(below: 2) == 0 && !live.contains("/MANIFEST")
        return now.prefix(end) + Data(count: isLong ? now.count - end : 0)
    }

    private static func inode(_ path: String) -> UInt64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    // MARK: Programs

    /// The folder of the built programs, which is that of the running tests.
    private static let programs = URL(fileURLWithPath: "/proc/self/exe")
        .resolvingSymlinksInPath().deletingLastPathComponent().path

    /// Built once, by the C compiler.
    private static let library = Task {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../PowerShim/power_shim.c").standardized.path
        let library = NSTemporaryDirectory() + "power-shim-\(UUID().uuidString).so"
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source, "-ldl",
            "-lpthread",
        ]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0, "the shim cannot be built")
        return library
    }
}
