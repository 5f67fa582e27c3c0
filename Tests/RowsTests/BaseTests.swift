import MVCC
import Rows
import Testing

/// What every base does.
struct BaseTests {
    static let kinds = BaseKind.allCases

    private let pairs = (0..<50).map { pair("key\(100 + $0)", "value \($0)", at: Int64($0) + 2) }

    @Test(arguments: kinds)
    func whatWasFlushedIsThereAfterARestart(_ kind: BaseKind) throws {
        let harness = try kind.make()
        let table = TableRow(name: "leases", bytes: [1, 2, 3])
        harness.flush(pairs, slot: 7, tables: [table])
        try harness.restart()
        #expect(harness.everything() == pairs)
        #expect(try harness.base.tables() == [WellKnownTables.row(ofSlot: 7), table])
        let states = harness.perform(.states(of: [pairs[3].key, Array("none".utf8)]))
        guard case .states(let found) = states else { Issue.record("\(states)"); return }
        #expect(found == [pairs[3].state, nil])
        #expect(try harness.base.keys.state(of: pairs[4].key, at: nil) == pairs[4].state)
        #expect(harness.base.byteCount > 0)
        #expect(!harness.base.isBehind)
    }

    @Test(arguments: kinds)
    func manyStatesComeInTheOrderOfTheirKeys(_ kind: BaseKind) throws {
        let harness = try kind.make()
        harness.flush(pairs, slot: 7)
        for count in [0, 1, 7, 8, 9, 31, 32, 33, 50] {
            let asked = pairs[..<count].reversed() + [pair("none", "", at: 0)]
            let states = harness.perform(.states(of: asked.map(\.key)))
            guard case .states(let found) = states else { Issue.record("\(states)"); return }
            #expect(found == pairs[..<count].reversed().map(\.state) + [nil])
        }
    }

    @Test(arguments: kinds)
    func aFlushThatWasNotFinishedLeavesNothing(_ kind: BaseKind) throws {
        let harness = try kind.make()
        harness.flush(Array(pairs[..<10]), slot: 1)
        harness.begin(Array(pairs[10...]))
        #expect(harness.everything() == Array(pairs[..<10]))
        try harness.restart()
        #expect(harness.everything() == Array(pairs[..<10]))
        harness.flush(Array(pairs[10...]), slot: 2)
        #expect(harness.everything() == pairs)
    }

    @Test(arguments: kinds)
    func aBaseThatWasNeverFlushedToHasNoSnapshot(_ kind: BaseKind) throws {
        let harness = try kind.make()
        #expect(harness.snapshot() == nil)
        #expect(try harness.base.tables().isEmpty)
    }

    @Test(arguments: kinds)
    func aSnapshotTakesThePlaceOfAnotherBase(_ kind: BaseKind) throws {
        let (source, target) = (try kind.make(), try kind.make())
        target.flush([pair("old", "1", at: 2), pair("key100", "other", at: 3)], slot: 3)
        source.flush(pairs, slot: 9)
        let description = try #require(source.snapshot())
        #expect(description.slot == 9)
        source.flush([pair("later", "1", at: 99)], slot: 10)
        let keysBefore = target.base.keys
        for outcome in target.copy(description, from: source) {
            guard case .bytesInstalled = outcome else { Issue.record("\(outcome)"); return }
        }
        #expect(target.everything().map(\.key) == [Array("key100".utf8), Array("old".utf8)])
        let finished = target.perform(.finishInstallation)
        guard case .installed = finished else { Issue.record("\(finished)"); return }
        #expect(target.base.keys !== keysBefore)
        #expect(target.everything() == pairs)
        #expect(try target.base.tables() == [WellKnownTables.row(ofSlot: 9)])
        try target.restart()
        #expect(target.everything() == pairs)
        target.flush([pair("zzz", "1", at: 200)], slot: 11)
        #expect(target.everything() == pairs + [pair("zzz", "1", at: 200)])
    }

    @Test(arguments: kinds)
    func anInstallationGoesOnAfterARestart(_ kind: BaseKind) throws {
        let (source, target) = (try kind.make(), try kind.make())
        source.flush(pairs, slot: 9)
        let description = try #require(source.snapshot())
        _ = target.copy(description, from: source, piecesMax: 2)
        try target.restart()
        let begun = target.perform(.beginInstallation(description))
        guard case .installationBegun(let there) = begun else { Issue.record("\(begun)"); return }
        #expect(there.reduce(0, +) > 0 && there.reduce(0, +) < description.byteCount)
        _ = target.copy(description, from: source)
        guard case .installed = target.perform(.finishInstallation) else {
            Issue.record("not installed")
            return
        }
        #expect(target.everything() == pairs)
    }

    @Test(arguments: kinds)
    func filesThatAreNotWhatTheyAreSaidToBeAreNotInstalled(_ kind: BaseKind) throws {
        let (source, target) = (try kind.make(), try kind.make())
        target.flush([pair("old", "1", at: 2)], slot: 3)
        source.flush(pairs, slot: 9)
        let good = try #require(source.snapshot())
        let largest = try #require(
            good.files.indices.max { good.files[$0].byteCount < good.files[$1].byteCount })
        var files = good.files
        files[largest] = SnapshotFile(
            name: files[largest].name, byteCount: files[largest].byteCount,
            checksum: files[largest].checksum ^ 1)
        for bad in [
            SnapshotDescription(slot: 9, files: files),
            SnapshotDescription(slot: 8, files: good.files),
        ] {
            _ = target.copy(SnapshotDescription(slot: 9, files: bad.files), from: source)
            if bad.slot == 8 { copyAll(bad, slot: 9, from: source, to: target) }
            guard case .installationFailed = target.perform(.finishInstallation) else {
                Issue.record("installed")
                return
            }
            #expect(target.everything() == [pair("old", "1", at: 2)])
            let again = target.perform(.beginInstallation(bad))
            guard case .installationBegun(let there) = again else {
                Issue.record("\(again)"); return
            }
            #expect(there.allSatisfy { $0 == 0 }, "begins with nothing")
        }
    }

    /// Installs the files of the source's snapshot at `slot` under another description.
    private func copyAll(
        _ description: SnapshotDescription, slot: UInt64, from source: any BaseHarness,
        to target: any BaseHarness
    ) {
        _ = target.perform(.beginInstallation(description))
        for (file, described) in description.files.enumerated() where described.byteCount > 0 {
            let read = source.perform(
                .readSnapshot(
                    slot: slot, file: file, offset: 0, bytesMax: Int(described.byteCount)))
            guard case .snapshotRead(.some(let bytes)) = read else { continue }
            _ = target.perform(.installBytes(file: file, offset: 0, bytes))
        }
    }

    @Test(arguments: kinds)
    func namesAndOffsetsFromOutsideAreNotBelieved(_ kind: BaseKind) throws {
        let harness = try kind.make()
        let file = SnapshotFile(name: "a", byteCount: 3, checksum: 0)
        for name in [
            "", ".", "..", "../a", "/a", "a/b", "a\0", "ä", String(repeating: "a", count: 300),
        ] {
            let bad = SnapshotDescription(
                slot: 1, files: [file, SnapshotFile(name: name, byteCount: 1, checksum: 0)])
            guard case .installationFailed = harness.perform(.beginInstallation(bad)) else {
                Issue.record("\(name) is a name")
                return
            }
        }
        for bad in [
            SnapshotDescription(slot: 1, files: [file, file]),
            SnapshotDescription(
                slot: 1, files: [SnapshotFile(name: "a", byteCount: .max, checksum: 0)]),
        ] {
            guard case .installationFailed = harness.perform(.beginInstallation(bad)) else {
                Issue.record("\(bad) is accepted")
                return
            }
        }
        for (index, offset, count) in [(1, 0, 1), (0, 1, 1), (0, 0, 4), (-1, 0, 1)] {
            _ = harness.perform(.beginInstallation(SnapshotDescription(slot: 1, files: [file])))
            let outcome = harness.perform(
                .installBytes(
                    file: index, offset: UInt64(offset), [UInt8](repeating: 0, count: count)))
            guard case .installationFailed = outcome else { Issue.record("\(outcome)"); return }
        }
        guard case .installationFailed = harness.perform(.finishInstallation) else {
            Issue.record("something was installed")
            return
        }
    }

    @Test(arguments: kinds)
    func aSnapshotIsGivenAgainUntilTwoNewerOnesAreMade(_ kind: BaseKind) throws {
        let harness = try kind.make()
        harness.flush([pair("a", "1", at: 2)], slot: 5)
        let first = try #require(harness.snapshot())
        harness.flush([pair("b", "1", at: 3)], slot: 6)
        #expect(harness.snapshot(newerThan: 4) == first)
        try harness.restart()
        #expect(harness.snapshot(newerThan: 4) == first, "it survives")
        #expect(harness.snapshot(newerThan: 5)?.slot == 6)
        #expect(harness.snapshot(newerThan: 6)?.slot == 6, "nothing newer is there")
        harness.flush([pair("c", "1", at: 4)], slot: 7)
        #expect(harness.snapshot(newerThan: 6)?.slot == 7)
        func read(_ slot: UInt64) -> [UInt8]? {
            let outcome = harness.perform(
                .readSnapshot(slot: slot, file: 0, offset: 0, bytesMax: 10))
            guard case .snapshotRead(let bytes) = outcome else { return nil }
            return bytes
        }
        #expect(read(5) == nil)
        #expect(read(6) != nil && read(7) != nil)
        guard case .snapshotDropped = harness.perform(.dropSnapshot(slot: 6)) else {
            Issue.record("not dropped")
            return
        }
        #expect(read(6) == nil)
        #expect(read(7) != nil)
    }
}
