import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// A disk without room, and the reserve that is kept for it.
struct FullDiskTests {
    private static let payload = [UInt8](repeating: 1, count: 4000)
    private static let boxesPerSegment: UInt64 = 14

    /// The log goes on in the segments it has, in the reserve, waits, and goes on when there is space again.
    @Test func aFullDisk() throws {
        let world = LogWorld()
        var troubles = 0
        try world.openStarted()
        world.log?.onTrouble = { _ in troubles += 1 }
        #expect(world.disk.reserved == ForgetfulDisk.reserveSegments)
        world.disk.isFull = true
        write(world, Self.boxesPerSegment + 4)
        // The segment that was made ahead is in use; nothing of the reserve is yet.
        #expect(world.log?.lacksSpace == true)
        #expect(world.disk.reserved == ForgetfulDisk.reserveSegments)
        #expect(world.log?.isReserveUsedUp == false)
        write(world, 6 * Self.boxesPerSegment)
        #expect(troubles == 4)
        #expect(world.disk.reserved == 0)
        #expect(world.log?.isReserveUsedUp == true)
        #expect(world.log?.marks[.reserveUsed] == 2)
        #expect(world.durableBox >= 4 * Self.boxesPerSegment - 4)
        #expect(world.durableBox < 5 * Self.boxesPerSegment)
        #expect(world.log?.oldestUnflushedAgeMilliseconds(world.now + 5) == 5)

        world.disk.isFull = false
        pass(999, world)
        #expect(world.durableBox < 5 * Self.boxesPerSegment)
        pass(1, world)
        #expect(world.durableBox == 7 * Self.boxesPerSegment + 4)
        #expect(world.log?.lacksSpace == false)
        #expect(world.log?.isReserveUsedUp == false)
        #expect(world.disk.reserved == ForgetfulDisk.reserveSegments)
        #expect(try world.recover().state.accepted.count == Int(world.durableBox))
    }

    /// A log that has the next segment already, from the reserve, asks for space all the same.
    @Test func theReserveIsFilledAgain() throws {
        let world = LogWorld()
        try world.openStarted()
        world.disk.isFull = true
        // More than half of the second segment: the third one was taken out of the reserve.
        write(world, Self.boxesPerSegment + 10)
        pass(10, world)
        #expect(world.disk.reserved == 1)
        world.disk.isFull = false
        pass(1000, world)
        #expect(world.log?.lacksSpace == false)
        #expect(world.disk.reserved == ForgetfulDisk.reserveSegments)
    }

    /// Each start that finds records needs a segment.
    @Test func startsOnAFullDisk() throws {
        let world = LogWorld()
        try world.openStarted()
        world.disk.isFull = true
        // One that was made ahead, and two of the reserve.
        for _ in 0..<3 {
            write(world, 1)
            world.disk.crash()
            try world.open()
            world.settle()
            pass(10, world)
            #expect(world.log?.isStarted == true)
        }
        write(world, 1)
        world.disk.crash()
        try world.open()
        world.settle()
        pass(2000, world)
        #expect(world.log?.isStarted == false)
        world.disk.isFull = false
        pass(1000, world)
        #expect(world.log?.isStarted == true)
    }

    private func write(_ world: LogWorld, _ count: UInt64) {
        for _ in 0..<count {
            world.append([accepted(world.nextBox, 1, Self.payload)])
            world.settle()
            world.log?.tick(nowMilliseconds: world.now)
            world.settle()
        }
    }

    private func pass(_ milliseconds: UInt64, _ world: LogWorld) {
        world.now += milliseconds
        for _ in 0..<3 {
            world.log?.tick(nowMilliseconds: world.now)
            world.settle()
        }
    }
}
