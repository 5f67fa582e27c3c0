import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// Crashes at every point: what was reported durable is there, what is there was appended, in order.
struct CrashTests {
    /// A world whose appends are all accepted values of rising slots, so that the log's contents can be
    /// told from the recovered state.
    private final class Story {
        let world: LogWorld
        var random: SeededRandom
        /// Payload by slot, as it was appended last.
        var appended: [[UInt8]] = []
        /// How many slots each box of this life reaches up to.
        var reach: [UInt64: Int] = [:]
        var acknowledged = 0

        init(seed: UInt64) {
            world = LogWorld(seed: seed)
            random = SeededRandom(seed: seed ^ 0xfeed)
        }

        func payload() -> [UInt8] {
            let count = Int.random(in: 0..<3000, using: &random)
            // Many zeros: sectors of a payload that look like sectors that never came.
            if Bool.random(using: &random) { return [UInt8](repeating: 0, count: count) }
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }

        func appendBox() {
            let records = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                appended.append(payload())
                return accepted(UInt64(appended.count), 1, appended[appended.count - 1])
            }
            reach[world.nextBox] = appended.count
            world.append(records)
        }

        func note() { acknowledged = max(acknowledged, reach[world.durableBox] ?? 0) }

        /// Opens after a crash and compares.
        func reopen() throws {
            try world.open()
            let state = try #require(world.recovered).state
            let held = state.accepted.count
            #expect(held >= acknowledged, "acknowledged records are lost")
            #expect(held <= appended.count, "records nobody appended")
            appended.removeLast(max(0, appended.count - held))
            let expected = appended.enumerated().map { index, payload in
                AcceptedValue(
                    slot: Slot(UInt64(index + 1)), ballot: ballot(1), value: batch(payload))
            }
            #expect(state.accepted == expected)
            acknowledged = held
            reach = [:]
        }
    }

    /// 250 seeds of ten lives each.
    @Test(arguments: 0..<250 as Range<UInt64>)
    func livesAndCrashes(seed: UInt64) throws {
        let story = Story(seed: seed)
        try story.world.open()
        for _ in 0..<10 {
            for _ in 0..<Int.random(in: 0..<30, using: &story.random) {
                switch Int.random(in: 0..<6, using: &story.random) {
                case 0, 1: story.appendBox()
                case 2: story.world.seal()
                default: _ = story.world.step()
                }
                story.note()
            }
            story.world.disk.crashTorn()
            try story.reopen()
        }
    }

    /// One batch of several records, cut after each of its sectors, and with each one sector missing.
    @Test func everyCutPoint() throws {
        let sectors = 24
        for missing in 0..<2 * sectors {
            let world = LogWorld()
            try world.openStarted()
            world.append([accepted(1, 1, [1])])
            world.settle()
            world.append(
                (2...6).map { accepted($0, 1, [UInt8](repeating: UInt8($0), count: 2400)) })
            #expect(world.log?.stagedBytes == sectors * 512)
            world.disk.crash { missing < sectors ? $0 < missing : $0 != missing - sectors }
            let slots = try world.recover().state.accepted.map(\.slot.rawValue)
            #expect(slots == [1], "a batch counts whole or not at all")
            try world.openStarted()
            world.append([accepted(7)])
            world.seal()
            #expect(try world.recover().state.accepted.map(\.slot.rawValue) == [1, 7])
        }
    }

    /// What a cut left behind is never read again, also if the missing sector turns up after all.
    @Test func phantomTail() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1)])
        world.settle()
        world.append([accepted(2, 1, [UInt8](repeating: 2, count: 600))])
        guard case .write(_, let offset, let bytes)? = world.disk.pending.first?.operation else {
            throw Missing()
        }
        world.disk.crash { $0 == 0 }
        try world.openStarted()
        world.append([accepted(3)])
        world.settle()
        var late = world.disk.contents(1)
        late.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        world.disk.replace(1, with: late)
        #expect(try world.recover().state.accepted.map(\.slot.rawValue) == [1, 3])
    }

    private struct Missing: Error {}

    /// A crash at each step of the change to a new segment, with each subset of the first write's sectors.
    @Test func crashDuringSegmentSwitch() throws {
        for steps in 0..<8 {
            for survivors in 0..<4 {
                let world = LogWorld()
                try world.openStarted()
                world.append([.promised(ballot(6)), .heard(sampleMemory)])
                world.settle()
                for slot in 1...3 as ClosedRange<UInt64> {
                    world.append([accepted(slot, 6, [UInt8](repeating: 1, count: 30_000))])
                }
                var reached: UInt64 = 0
                for _ in 0..<steps {
                    _ = world.step()
                    reached = world.durableBox
                }
                world.disk.crash { survivors & (1 << min($0, 1)) != 0 }
                try world.openStarted()
                let state = try #require(world.recovered).state
                #expect(state.accepted.count >= Int(max(reached, 1)) - 1)
                #expect(state.promised == ballot(6))
                #expect(world.recovered?.heard == [sampleMemory])
            }
        }
    }

    /// Restart after restart, each with a torn write, never repeats a boot number that was reported.
    @Test func restartChains() throws {
        let world = LogWorld(seed: 3)
        var last = BootNumber(0)
        for life in 0..<200 {
            try world.open()
            for _ in 0..<life % 5 { _ = world.step() }
            if let log = world.log, log.isStarted {
                #expect(log.boot > last)
                last = log.boot
            }
            world.append([accepted(UInt64(life + 1))])
            for _ in 0..<life % 3 { _ = world.step() }
            world.disk.crashTorn()
        }
    }
}
