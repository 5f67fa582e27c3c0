import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// The log in good times: what is appended, when it is written, and what comes back.
struct LogLifeTests {
    /// A candidate goes one round on from the highest that a peer may have said, and must be able to start again.
    @Test func aRoundAboveAllThatPeersMaySayComesBack() throws {
        let world = LogWorld()
        try world.openStarted()
        let round: UInt64 = 1 << 61 + 1
        world.append([.promised(ballot(round)), accepted(1, round)])
        world.settle()
        try world.openStarted()
        let state = try #require(world.recovered).state
        #expect(state.promised == ballot(round))
        #expect(state.accepted.map(\.ballot) == [ballot(round)])
    }

    @Test func whatIsAppendedComesBack() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([.promised(ballot(4)), accepted(1, 4), accepted(2, 4)])
        world.append([decided(4, 1), .configuration(slot: .zero, membership: sampleMembership)])
        world.append([.heard(sampleMemory)])
        world.settle()
        #expect(world.durableBox == 3)

        try world.openStarted()
        let recovered = try #require(world.recovered)
        #expect(recovered.boot == BootNumber(1))
        #expect(recovered.heard == [sampleMemory])
        #expect(recovered.state.promised == ballot(4))
        #expect(recovered.state.decidedUpTo == Slot(1))
        #expect(recovered.state.accepted.map(\.slot) == [Slot(2)])
        #expect(recovered.state.membership == sampleMembership)
        #expect(recovered.state.logTimeMilliseconds == 1)
        #expect(world.delivered.map(\.slot) == [Slot(1)])
        #expect(world.log?.boot == BootNumber(2))
    }

    /// By their nonces two copies of a directory are told apart that have had the same number of starts.
    @Test func aDirectoryKnowsItsNewestStarts() throws {
        let world = LogWorld()
        for _ in 0..<70 { try world.openStarted() }
        let starts = try #require(world.log?.starts)
        #expect(starts.map(\.boot) == (7...70).map { BootNumber($0) })
        #expect(starts.map(\.nonce) == (6...69).map { $0 * 31 })
    }

    /// Its flush may have failed, and then the page cache shows what no later flush makes durable.
    @Test func theNewestBatchIsWrittenAgainAtStart() throws {
        let world = LogWorld()
        try world.openStarted()
        #expect(world.disk.rewritten.isEmpty)
        world.append([accepted(1)])
        world.settle()
        let before = world.disk.contents(1)
        try world.open()
        let newest = try #require(world.disk.rewritten.last)
        #expect(newest.segment == 1 && newest.range.count == 512)
        #expect(before[newest.range.upperBound...].allSatisfy { $0 == 0 })
        #expect(world.disk.contents(1) == before)

        while world.log?.isStarted != true { try #require(world.step()) }
        try world.open()
        let opening = try #require(world.disk.rewritten.last)
        #expect(opening.segment == 2)
        #expect(opening.range.lowerBound == 0, "header and state are one write")
        let after = world.disk.contents(2)[opening.range.upperBound...]
        #expect(after.allSatisfy { $0 == 0 })
    }

    /// The next segment names it as its predecessor: without its header it would be taken for damage.
    @Test func theHeaderOfASegmentThatWasHardlyBegunIsWrittenAgain() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1)])
        world.settle()
        try world.open()
        while !world.disk.pending.contains(where: \.operation.isOpening) {
            try #require(world.step())
        }
        world.disk.crash { $0 < 1 }
        try world.open()
        let newest = try #require(world.disk.rewritten.last)
        #expect(newest.segment == 2 && newest.range == 0..<512)
        world.settle()
        #expect(world.log?.isStarted == true)
    }

    @Test func aDiskThatDoesNotTakeTheNewestBatchAgainIsRefused() throws {
        let world = LogWorld()
        try world.openStarted()
        world.disk.hasFailed = true
        #expect(throws: RecoveryError.disk(DiskError("segment 1 cannot be written"))) {
            try world.open()
        }
    }

    @Test func nothingIsDurableBeforeTheFlush() throws {
        let world = LogWorld()
        try world.openStarted()
        let log = try #require(world.log)
        log.append([accepted(1)], boxNumber: 1)
        #expect(world.disk.pending.isEmpty)
        #expect(!log.isIdle)
        #expect(log.stagedBytes == 512)
        log.flush(nowMilliseconds: 1000)
        #expect(log.oldestUnflushedAgeMilliseconds(1030) == 30)
        log.drainCompletions(nowMilliseconds: 1030)
        #expect(world.durableBox == 0)
        world.settle()
        #expect(world.durableBox == 1)
        #expect(log.isIdle)
        #expect(log.stagedBytes == 0)
        #expect(log.oldestUnflushedAgeMilliseconds(2000) == 0)
        #expect(world.idleCount == 1)
    }

    /// All that is staged while one write is in flight becomes the next one.
    @Test func oneWriteInFlight() throws {
        let world = LogWorld()
        try world.openStarted()
        for slot in 1...5 { world.append([accepted(UInt64(slot))]) }
        #expect(world.disk.pending.count == 1)
        _ = world.step()
        #expect(world.durableBox == 1)
        #expect(world.disk.pending.count == 1)
        #expect(world.idleCount == 0)
        _ = world.step()
        #expect(world.durableBox == 5)
        #expect(world.idleCount == 1)
    }

    @Test func anIdleLogIsSealedOnce() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1)])
        world.settle()
        let log = try #require(world.log)
        log.tick(nowMilliseconds: world.now + 9)
        #expect(world.disk.pending.isEmpty)
        log.tick(nowMilliseconds: world.now + 10)
        #expect(world.disk.pending.count == 1)
        #expect(log.isIdle)
        world.settle()
        log.tick(nowMilliseconds: world.now + 100)
        #expect(world.disk.pending.isEmpty)
    }

    @Test func closingWritesAndSeals() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1)])
        world.append([accepted(2)])
        var isClosed = false
        world.log?.close { isClosed = true }
        #expect(!isClosed)
        world.settle()
        #expect(isClosed)
        #expect(world.durableBox == 2)
        #expect(try world.recover().state.accepted.count == 2)
    }

    @Test func eachStartHasANewBootNumber() throws {
        let world = LogWorld()
        for boot in 1...30 {
            try world.openStarted()
            #expect(world.log?.boot == BootNumber(UInt64(boot)))
        }
        // An empty segment is used again: one in use, one prepared.
        #expect(try world.disk.segments().count == 2)
        world.append([accepted(1)])
        world.settle()
        try world.openStarted()
        #expect(try world.disk.segments().count == 3)
        #expect(world.recovered?.state.accepted.count == 1)
    }

    @Test func segmentsFollowEachOther() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([.promised(ballot(9)), .heard(sampleMemory)])
        for slot in 1...200 as ClosedRange<UInt64> {
            world.append([accepted(slot, 9, [UInt8](repeating: UInt8(slot), count: 3000))])
            world.settle()
        }
        #expect(try world.disk.segments().count > 9)
        let recovered = try world.recover()
        #expect(recovered.state.accepted.map(\.slot.rawValue) == Array(1...200))
        #expect(recovered.heard == [sampleMemory])
    }

    @Test func aHugeBatchMakesASegmentLonger() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1)])
        world.settle()
        world.append([accepted(2, 1, [UInt8](repeating: 3, count: 300_000))])
        world.append([accepted(3)])
        world.settle()
        world.append([accepted(4)])
        world.seal()
        #expect(world.durableBox == 4)
        #expect(try world.recover().state.accepted.map(\.slot.rawValue) == [1, 2, 3, 4])
    }

    @Test func theStoreIsAhead() throws {
        let world = LogWorld()
        try world.openStarted()
        for slot in 1...9 as ClosedRange<UInt64> { world.append([accepted(slot)]) }
        world.append([decided(1, 7)])
        world.settle()
        let state = try world.recover(floor: Slot(5)).state
        #expect(world.delivered.map(\.slot.rawValue) == [6, 7])
        #expect(state.decidedUpTo == Slot(7))
        let ahead = try world.recover(floor: Slot(20)).state
        #expect(ahead.decidedUpTo == Slot(20))
        #expect(ahead.accepted.isEmpty)
    }

    @Test func metrics() throws {
        let world = LogWorld()
        try world.openStarted()
        var bytes = 0
        world.log?.onFlush = { _, count in bytes += count }
        world.append([accepted(1, 1, [UInt8](repeating: 1, count: 1000))])
        world.settle()
        #expect(bytes == 1536)
    }
}

extension DiskOperation {
    /// The first write to a segment.
    fileprivate var isOpening: Bool {
        if case .write(_, offset: 0, _) = self { true } else { false }
    }
}
