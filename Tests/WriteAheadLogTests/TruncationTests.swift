import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// The lower end of the log: what may go, when it goes, and what recovery makes of the rest (P30, P31, P34).
struct TruncationTests {
    /// A log of that many slots, all decided, about eleven to a segment.
    private func filled(
        _ slots: UInt64, tailBytes: Int = 0, pinnedBytes: Int = 0, injectedBug: LogBug? = nil
    ) throws -> LogWorld {
        let world = LogWorld(
            tailBytes: tailBytes, pinnedBytes: pinnedBytes, injectedBug: injectedBug)
        try world.openStarted()
        world.append([
            .configuration(slot: .zero, membership: sampleMembership), .promised(ballot(3)),
            .heard(sampleMemory),
        ])
        fill(world, 1...slots)
        return world
    }

    private func fill(_ world: LogWorld, _ slots: ClosedRange<UInt64>) {
        for slot in slots {
            world.append([accepted(slot, 2, [UInt8](repeating: 5, count: 5000)), decided(2, slot)])
            world.settle()
        }
    }

    /// What the replica does when its store has everything up to that slot.
    @discardableResult
    private func truncate(_ world: LogWorld, _ slot: UInt64) -> UInt64 {
        let truncatable = world.log?.truncatable(upTo: Slot(slot)) ?? .zero
        if truncatable > .zero { world.append([.truncated(upTo: truncatable)]) }
        world.settle()
        return truncatable.rawValue
    }

    private func read(_ world: LogWorld, _ from: UInt64, _ upTo: UInt64) throws -> Int {
        var answer: Result<[Value], LogReadError>?
        world.log?.readDecided(fromSlot: Slot(from), upTo: Slot(upTo), bytesMax: 1 << 20) {
            answer = $0
        }
        world.settle()
        return try #require(answer).get().count
    }

    // MARK: What goes

    @Test func segmentsGoWhenALaterStateBatchSaysThatTheyMay() throws {
        let world = try filled(100)
        let log = try #require(world.log)
        let before = log.segmentCount
        #expect(before > 6)
        let truncated = truncate(world, 60)
        #expect(truncated > 40 && truncated <= 60)
        #expect(log.segmentCount == before, "no state batch says so yet")
        fill(world, 101...115)
        #expect(log.segmentCount < before)
        #expect(log.marks[.segmentRemoved] >= 3)
        let recovered = try world.recover(floor: Slot(60))
        #expect(recovered.state.promised == ballot(3))
        #expect(recovered.state.truncatedUpTo.rawValue == truncated)
        #expect(!recovered.state.lacksBase)
        #expect(recovered.heard == [sampleMemory])
        #expect(recovered.state.membership == sampleMembership)
        #expect(world.delivered.map(\.slot.rawValue) == Array(61...115))
        #expect(try read(world, truncated + 1, 115) == Int(115 - truncated))
        #expect(try read(world, truncated, 115) == 0, "what is truncated is not read")
    }

    /// The store is lost before the segments are gone of which it had everything: they are all there is of that.
    @Test func whatALostStoreHadStaysWhileItIsThere() throws {
        let world = try filled(100)
        #expect(truncate(world, 60) > 40)
        try world.openStarted(floor: .zero)
        let log = try #require(world.log)
        #expect(log.marks[.segmentRemoved] == 0)
        fill(world, 101...130)
        #expect(log.marks[.segmentRemoved] == 0)
        #expect(try !world.recover(floor: .zero).state.lacksBase)
        #expect(world.delivered.map(\.slot.rawValue) == Array(1...130))
        truncate(world, 110)
        fill(world, 131...145)
        #expect(log.marks[.segmentRemoved] > 3, "the new store has it")
    }

    @Test func theCurrentSegmentAndOneOlderStay() throws {
        let world = try filled(100)
        truncate(world, 100)
        try world.openStarted(floor: Slot(100))
        #expect(world.log?.segmentCount == 3)
        #expect(world.recovered?.state.promised == ballot(3))
        #expect(world.delivered.isEmpty)
        fill(world, 101...130)
        truncate(world, 130)
        fill(world, 131...145)
        #expect(try world.recover(floor: Slot(130)).state.promised == ballot(3))
        #expect(world.delivered.map(\.slot.rawValue) == Array(131...145))
    }

    @Test func aTailOfBytesStays() throws {
        let world = try filled(100, tailBytes: 200_000)
        let all = truncate(world, 100)
        // Two hundred thousand bytes are forty slots.
        #expect(all > 45 && all <= 60)
        #expect(truncate(world, 20) < 20)
        let short = try filled(30, tailBytes: 200_000)
        #expect(truncate(short, 30) == 0)
    }

    @Test func aPinKeepsWhatAPeerIsAboutToNeed() throws {
        let world = try filled(100, pinnedBytes: 200_000)
        let log = try #require(world.log)
        let unpinned = log.truncatable(upTo: Slot(90))
        #expect(unpinned > Slot(70))
        log.pin(above: Slot(30))
        let pinned = log.truncatable(upTo: Slot(90)).rawValue
        #expect(pinned > 45 && pinned <= 60, "by bytes, not for ever")
        log.pin(above: nil)
        #expect(log.truncatable(upTo: Slot(90)) == unpinned)
    }

    @Test func whatIsBeingReadStays() throws {
        let world = try filled(60)
        let log = try #require(world.log)
        var answer: Int?
        log.readDecided(fromSlot: Slot(1), upTo: Slot(60), bytesMax: 1 << 20) {
            answer = (try? $0.get())?.count
        }
        let scan = world.disk.pending.firstIndex { $0.operation.isScan }
        let position = try #require(scan)
        world.append([.truncated(upTo: log.truncatable(upTo: Slot(60)))])
        world.disk.complete(at: position + 1)
        log.drainCompletions(nowMilliseconds: 1000)
        var slot: UInt64 = 61
        while log.marks[.removalHeldByReader] == 0 {
            world.append([accepted(slot, 2, [UInt8](repeating: 5, count: 5000))])
            slot += 1
            while world.disk.pending.count > 1 {
                world.disk.complete(at: 1)
                log.drainCompletions(nowMilliseconds: 1000)
            }
        }
        #expect(log.marks[.segmentRemoved] == 0)
        world.settle()
        #expect(answer == 60)
        #expect(log.marks[.segmentRemoved] > 0)
    }

    // MARK: Crashes and damage

    /// A crash at each step of what removal brings with it leaves a log that is read as before.
    @Test func crashAtEachStep() throws {
        for steps in 0..<24 {
            let world = try filled(60)
            let truncated = truncate(world, 50)
            world.append([accepted(61, 2, [UInt8](repeating: 5, count: 60_000))])
            for _ in 0..<steps { _ = world.step() }
            world.disk.crash { _ in steps % 2 == 0 }
            try world.openStarted(floor: Slot(50))
            #expect(world.delivered.map(\.slot.rawValue) == Array(51...60))
            #expect(world.recovered?.state.promised == ballot(3))
            #expect(world.recovered?.state.truncatedUpTo.rawValue == truncated)
            world.seal()
            #expect(try world.recover(floor: Slot(50)).state.promised == ballot(3))
        }
    }

    @Test func aGapInTheMiddleIsDamage() throws {
        let world = try filled(100)
        truncate(world, 60)
        fill(world, 101...115)
        let segments = try world.disk.segments()
        let first = try #require(segments.first?.number)
        #expect(first > 1)
        world.disk.replace(first + 1, with: nil)
        #expect(throws: RecoveryError.missing(first: first + 1, last: first + 1)) {
            try world.recover(floor: Slot(60))
        }
    }

    /// More is gone than was truncated.
    @Test func aMissingBeginningIsDamage() throws {
        let world = try filled(100)
        truncate(world, 60)
        fill(world, 101...115)
        let segments = try world.disk.segments()
        for segment in segments.prefix(3) {
            world.disk.replace(segment.number, with: nil)
        }
        #expect(throws: RecoveryError.self) { try world.recover(floor: Slot(60)) }
    }

    // MARK: Seeded bugs

    @Test func aPromiseInADeletedSegment() throws {
        let world = try filled(100, injectedBug: .promiseInDeletedSegment)
        truncate(world, 60)
        fill(world, 101...115)
        #expect(try world.recover(floor: Slot(60)).state.promised == ballot(2))
    }

    @Test func truncationTooEarly() throws {
        let world = try filled(100, injectedBug: .truncationTooEarly)
        truncate(world, 10)
        fill(world, 101...115)
        #expect(try world.recover(floor: Slot(10)).state.lacksBase)
    }
}

extension DiskOperation {
    fileprivate var isScan: Bool { if case .scan = self { true } else { false } }
}
