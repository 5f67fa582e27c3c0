import MVCC
import Rows
import Testing

/// What a base in memory leaves after a crash, and that its faults are faults.
struct MemoryBaseTests {
    private let old = [pair("a", "1", at: 2), pair("b", "1", at: 3)]
    private let new = [pair("c", "1", at: 4), pair("d", "1", at: 5)]

    private func crashInFlush(seed: UInt64, _ bug: BaseBug? = nil) throws -> MemoryHarness {
        let harness = try MemoryHarness(seed: seed, injectedBug: bug)
        harness.flush(old, slot: 1, tables: [TableRow(name: "t", bytes: [1])])
        harness.begin(new)
        harness.submit(harness.finish(slot: 2, tables: [TableRow(name: "t", bytes: [2])]))
        try harness.restart()
        return harness
    }

    private func isWhole(_ harness: MemoryHarness) throws -> Bool {
        var changes = 0
        try harness.base.keys.visitChanges(from: 1) { _ in
            changes += 1
            return true
        }
        let tables = try harness.base.tables()
        let pairs = harness.everything()
        let isOld =
            pairs == old && changes == 2
            && tables == [WellKnownTables.row(ofSlot: 1), TableRow(name: "t", bytes: [1])]
        let isNew =
            pairs == old + new && changes == 4
            && tables == [WellKnownTables.row(ofSlot: 2), TableRow(name: "t", bytes: [2])]
        return isOld || isNew
    }

    @Test func anInterruptedFlushIsThereWholeOrNotAtAll() throws {
        var slots: Set<UInt64> = []
        for seed in 1...40 as ClosedRange<UInt64> {
            let harness = try crashInFlush(seed: seed)
            #expect(try isWhole(harness))
            slots.insert(try #require(harness.store.slot))
        }
        #expect(slots == [1, 2])
    }

    @Test(arguments: [
        BaseBug.flushTornBetweenKeyspaces, .tablesNewerThanSlot, .slotNewerThanRows,
    ])
    func aTornFlushIsSeen(_ bug: BaseBug) throws {
        let verdicts = try (1...40).map { try isWhole(try crashInFlush(seed: $0, bug)) }
        #expect(verdicts.contains(false))
        #expect(verdicts.contains(true), "a crash may come before")
    }

    @Test func withoutPowerAnInstallationFailsOrIsComplete() throws {
        let source = try MemoryHarness()
        source.flush(old + new, slot: 9)
        let description = try #require(source.snapshot())
        var outcomes: Set<Bool> = []
        for seed in 1...40 as ClosedRange<UInt64> {
            let target = try MemoryHarness(seed: seed)
            target.flush(old, slot: 1)
            _ = target.copy(description, from: source, bytesMax: 10)
            target.losesPower = true
            try target.restart()
            _ = target.copy(description, from: source, bytesMax: 10)
            let finished = target.perform(.finishInstallation)
            if case .installed = finished {
                outcomes.insert(true)
                #expect(target.everything() == old + new)
            } else {
                outcomes.insert(false)
                #expect(target.everything() == old)
            }
        }
        #expect(outcomes == [true, false])
    }

    @Test func aSnapshotThatIsReportedTooEarlyIsLostWithThePower() throws {
        let source = try MemoryHarness()
        source.flush(old + new, slot: 9)
        let description = try #require(source.snapshot())
        for (bug, slot) in [(nil, 9), (.installedBeforeDurable, 1)] as [(BaseBug?, UInt64)] {
            let target = try MemoryHarness(injectedBug: bug)
            target.flush(old, slot: 1)
            _ = target.copy(description, from: source)
            guard case .installed = target.perform(.finishInstallation) else {
                Issue.record("not installed")
                return
            }
            #expect(target.store.slot == 9)
            target.losesPower = true
            try target.restart()
            #expect(target.store.slot == slot)
        }
    }

    @Test func aSnapshotWithoutTablesHasTheSlotOnly() throws {
        let source = try MemoryHarness(injectedBug: .snapshotWithoutTables)
        source.flush(old, slot: 9, tables: [TableRow(name: "t", bytes: [1])])
        let target = try MemoryHarness()
        _ = target.copy(try #require(source.snapshot()), from: source)
        _ = target.perform(.finishInstallation)
        #expect(target.everything() == old)
        #expect(try target.base.tables() == [WellKnownTables.row(ofSlot: 9)])
    }

    /// A call that fails ends the base; of a flush everything is there afterwards, or nothing.
    @Test func aFlushThatFailsIsThereAsAWholeOrNot() throws {
        var slots: Set<UInt64?> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            let harness = try MemoryHarness(seed: seed)
            harness.flush(old, slot: 1)
            harness.submit(.beginFlush)
            #expect(harness.memory.completeNext(.writer))
            harness.store.failWrites(1)
            harness.submit(
                .finishFlush(
                    tables: FrozenTables([WellKnownTables.row(ofSlot: 2)]), compactedRevision: 0))
            #expect(!harness.memory.completeNext(.writer))
            #expect(harness.failures.all == [.failed("input/output error")])
            try harness.restart()
            #expect(harness.everything() == old)
            slots.insert(harness.store.slot)
        }
        #expect(slots == [1, 2])
    }

    /// Reads that fail give no answer, neither at the opening.
    @Test func aReadThatFailsEndsTheBase() throws {
        let harness = try MemoryHarness()
        harness.flush(old, slot: 1)
        harness.store.failReads(2)
        harness.submit(.states(of: [Array("a".utf8)]))
        #expect(!harness.memory.completeNext(.reader))
        #expect(harness.failures.all == [.failed("input/output error")])
        #expect(throws: BaseError.failed("input/output error")) { try harness.restart() }
        #expect(try MemoryHarness(store: harness.store).everything() == old)
    }

    /// A snapshot whose bytes cannot be written begins again, and the base stays as it was.
    @Test func aSnapshotThatCannotBeWrittenBeginsAgain() throws {
        let source = try MemoryHarness()
        source.flush(old, slot: 9)
        let description = try #require(source.snapshot())
        let target = try MemoryHarness()
        target.store.failWrites(1)
        guard case .installationFailed = target.perform(.beginInstallation(description)) else {
            Issue.record("it began on a disk that fails")
            return
        }
        #expect(target.failures.all.isEmpty)
        _ = target.copy(description, from: source)
        _ = target.perform(.finishInstallation)
        #expect(target.everything() == old)
    }

    @Test func aPassFindsDamageThatNobodyElseMeets() throws {
        let harness = try MemoryHarness()
        harness.flush(old + new, slot: 1)
        #expect(harness.scrub(bytesMax: 1).progress == .underWay)
        harness.memory.damage()
        guard
            case .scrubbed(0, .brokenOff("a checksum is wrong")) = harness.perform(
                .scrub(bytesMax: 1, condemns: false))
        else {
            Issue.record("damage was not told of")
            return
        }
        harness.submit(.scrub(bytesMax: 1, condemns: true))
        #expect(!harness.memory.completeNext(.snapshots))
        #expect(harness.failures.all == [.damaged("a checksum is wrong")])
        #expect(throws: BaseError.self) { try harness.restart() }
    }

    @Test func noPassBeginsOnAFullDisk() throws {
        let harness = try MemoryHarness()
        harness.flush(old, slot: 1)
        harness.store.isFull = true
        guard case .brokenOff = harness.scrub(bytesMax: 1).progress else {
            Issue.record("a pass began")
            return
        }
        harness.store.isFull = false
        #expect(harness.scrub(bytesMax: 1).progress == .underWay)
    }

    @Test func damageIsFoundAndNeverTakenForNothing() throws {
        let harness = try MemoryHarness()
        harness.flush(old, slot: 1)
        harness.memory.damage()
        #expect(throws: KeyBaseError.self) {
            _ = try harness.base.keys.state(of: Array("a".utf8), at: nil)
        }
        harness.submit(.states(of: [Array("a".utf8)]))
        #expect(!harness.memory.completeNext(.reader))
        #expect(harness.failures.all == [.damaged("a checksum is wrong")])
        #expect(throws: BaseError.self) { try harness.restart() }
        #expect(throws: BaseError.self) { try MemoryHarness(store: harness.store) }
        let negligent = try MemoryHarness(
            injectedBug: .damageTakenForEmpty, store: harness.store.copy())
        #expect(negligent.everything().isEmpty)
        harness.store.setAside()
        #expect(try MemoryHarness(store: harness.store).everything().isEmpty)
    }
}
