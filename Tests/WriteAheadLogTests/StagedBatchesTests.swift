import Basics
import LogTesting
import Paxos
import Testing

@testable import WriteAheadLog

/// However much is staged while a flush is slow, batches stay smaller than segments.
struct StagedBatchesTests {
    private static let value = [UInt8](repeating: 7, count: 4_000)

    /// The sizes of the batches of records that wait for the disk, written one after another.
    private func write(_ world: LogWorld) -> [Int] {
        var sizes: [Int] = []
        while let next = world.disk.pending.first {
            if case .write(_, _, let bytes) = next.operation { sizes.append(bytes.count) }
            _ = world.step()
        }
        return sizes
    }

    @Test func whatWasStagedDuringAWriteIsManyBatches() throws {
        let world = LogWorld()
        try world.openStarted()
        for slot in 1...40 as ClosedRange<UInt64> {
            world.append([accepted(slot, 1, Self.value), decided(1, slot - 1)])
        }
        #expect(world.log.map(\.stagedBytes) ?? 0 > 160_000)
        let sizes = write(world)
        let most = Limits.segmentBytesMin / Limits.batchesPerSegment
        #expect(sizes.allSatisfy { $0 <= most + 2 * Limits.sectorBytes }, "\(sizes)")
        #expect(sizes.count >= 10)
        #expect(world.durableBox == 40)
        #expect(world.log?.stagedBytes == 0)
        #expect(world.log?.isIdle == true)
        #expect(world.log?.marks[.largerSegmentMade] == 0)
        #expect(world.log?.marks[.stagedInSeveralBatches] ?? 0 > 5)
        #expect(world.log?.marks[.boxInSeveralBatches] == 0)
        let state = try world.recover().state
        #expect(state.decidedUpTo == Slot(39))
        #expect(state.accepted.map(\.slot) == [Slot(40)])
    }

    /// A box is durable when its last record is; until then a crash may leave its first ones.
    @Test func aLargeBoxIsDurableWithItsLastRecord() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([.promised(ballot(3))] + (1...20).map { accepted($0, 3, Self.value) })
        world.append([decided(3, 20)])
        var written = 0
        while world.durableBox == 0 {
            let before = try world.recover().state
            #expect(before.decidedUpTo == .zero)
            #expect(
                before.accepted.map(\.slot)
                    == (1..<1 + UInt64(before.accepted.count)).map { Slot($0) })
            #expect(before.accepted.isEmpty || before.promised == ballot(3))
            written = max(written, before.accepted.count)
            try #require(world.step())
        }
        #expect(written > 3 && written < 20)
        #expect(world.durableBox >= 1)
        world.settle()
        #expect(world.durableBox == 2)
        #expect(world.log?.marks[.boxInSeveralBatches] == 1)
        #expect(try world.recover().state.decidedUpTo == Slot(20))
    }

    /// Each batch waits since the turn that staged its first records: what is behind waits for less.
    @Test func aBatchWaitsSinceItWasStaged() throws {
        let world = LogWorld()
        try world.openStarted()
        for moment in [100, 200, 300] as [UInt64] {
            world.now = 1_000 + moment
            for slot in 1...6 { world.append([accepted(moment + UInt64(slot), 1, Self.value)]) }
        }
        var ages: [UInt64] = []
        while world.log?.isIdle == false {
            ages.append(world.log?.oldestUnflushedAgeMilliseconds(1_400) ?? 0)
            try #require(world.step())
        }
        #expect(ages.first == 300 && ages.last == 100)
        #expect(ages == ages.sorted(by: >) && Set(ages).contains(200), "\(ages)")
    }

    /// What is no value never begins a batch: it may need the record before.
    @Test func onlyValuesBeginBatches() {
        var staged = StagedBatches(payloadBytesMax: 100)
        let memberships = (0..<9).map {
            DurableRecord.configuration(slot: Slot($0), membership: sampleMembership)
        }
        #expect(staged.append(memberships, group: .standard, box: 1) == .openBatch)
        #expect(staged.extent == staged.firstExtent)
        #expect(staged.append([accepted(1)], group: .standard, box: 2) == .newBatch)
        #expect(staged.extent > staged.firstExtent)
        var taken = StagedBatch()
        staged.takeFirst(replacing: &taken)
        #expect(taken.lastBox == 1 && !staged.isEmpty)
        taken.reset()
        staged.takeFirst(replacing: &taken)
        #expect(taken.lastBox == 2 && staged.isEmpty && staged.extent == 0)
    }

    private static let large = [UInt8](repeating: 1, count: 2 * Limits.segmentBytesMin)

    /// A value that no segment has room for gets one that has, and others go on in that.
    @Test func aValueLargerThanASegmentGetsALargerOne() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1), accepted(2, 1, Self.large), accepted(3), accepted(4)])
        world.append([accepted(5, 1, Self.large), decided(1, 4)])
        world.append([accepted(6)])
        world.settle()
        #expect(world.durableBox == 3)
        #expect(world.log?.marks[.largerSegmentMade] == 2)
        let state = try world.recover().state
        #expect(state.decidedUpTo == Slot(4))
        #expect(state.accepted.map(\.value) == [batch(Self.large), batch([1, 2, 3])])
        try world.openStarted()
        world.append([accepted(7, 1, Self.large)])
        world.settle()
        #expect(try world.recover().state.accepted.count == 3)
    }

    /// The disk is full, and that is found only when the value needs a larger segment: the log waits, says so, and goes
    /// on when there is room. What was kept in reserve is of no use for it, and stays.
    @Test func aValueLargerThanASegmentWaitsForRoom() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1)])
        world.settle()
        world.disk.isFull = true
        world.append([accepted(2, 1, Self.large)])
        for _ in 0..<3 {
            world.settle()
            world.now += 5
            world.log?.tick(nowMilliseconds: world.now)
        }
        #expect(world.durableBox == 1)
        #expect(world.log?.lacksSpace == true)
        #expect(world.log?.waitsForRoom == true)
        #expect(world.log?.isReserveUsedUp == false)
        #expect(world.log?.marks[.segmentNotMade] == 1, "it asks again after a while")
        #expect(world.disk.reserved == ForgetfulDisk.reserveSegments)
        world.disk.isFull = false
        for _ in 0..<2 {
            world.now += 1_000
            world.log?.tick(nowMilliseconds: world.now)
            world.settle()
        }
        #expect(world.durableBox == 2)
        #expect(world.log?.waitsForRoom == false)
        #expect(world.log?.lacksSpace == false)
        #expect(world.log?.isReserveUsedUp == false)
        #expect(try world.recover().state.accepted.count == 2)
    }

    /// However little is left of a segment, the seal behind its last batch lies inside: the disk may be full, and the file
    /// must not grow.
    @Test func aFullSegmentHasRoomForItsSeal() throws {
        for byteCount in stride(from: 60_000, to: 66_000, by: 256) {
            let world = LogWorld()
            try world.openStarted()
            world.append([accepted(1, 1, [UInt8](repeating: 1, count: byteCount))])
            world.seal()
            world.append([accepted(2)])
            world.seal()
            #expect(try world.recover().state.accepted.count == 2)
            #expect(world.delivered.isEmpty && world.recovered?.marks[.tornEndCut] == 0)
        }
    }

    /// A log that goes on with larger segments than it began with has smaller ones in reserve for its first batches.
    @Test func aBatchNeverOutgrowsAnOlderSegment() throws {
        let world = LogWorld()
        try world.openStarted()
        world.seal()
        var options = LogOptions(segmentBytes: 16 * Limits.segmentBytesMin)
        options.tailBytes = 0
        let later = LogWorld(disk: world.disk, identity: world.identity, options: options)
        try later.openStarted()
        later.append([accepted(1)])
        for slot in 2...60 as ClosedRange<UInt64> { later.append([accepted(slot, 1, Self.value)]) }
        later.settle()
        #expect(later.durableBox == 60)
        #expect(later.log?.marks[.largerSegmentMade] == 0)
        #expect(try later.recover().state.accepted.count == 60)
    }
}
