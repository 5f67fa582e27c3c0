import Testing

@testable import Simulation

/// Wires and clocks.
struct NetworkTests {
    @Test func waysAreCutOneByOne() {
        let world = World(seed: 1)
        let (one, other) = (world.machines[0], world.machines[1])
        world.network.cut(one, other)
        world.network.cut(one, other)
        #expect(world.network.isCut(one, other) && !world.network.isCut(other, one))
        world.network.mend(one, other)
        #expect(world.network.isCut(one, other))
        world.network.keepOpen(one, other)
        #expect(!world.network.isCut(one, other))
    }

    @Test func flipsChangeBits() {
        var chance = FrameChance(seed: 1)
        var quality = NetworkQuality()
        var bytes = [UInt8](repeating: 0, count: 32)
        #expect(!chance.flip(&bytes, quality))
        quality.flippedPerMille = 1000
        for _ in 0..<50 {
            let before = bytes
            #expect(chance.flip(&bytes, quality) == (bytes != before))
        }
    }

    @Test func aClockDriftsStandsStillAndJumps() {
        var clock = SimClock(shown: 1_000, at: 0)
        clock.run(at: 1_010_000, now: 100)
        #expect(clock.microseconds(at: 100_100) == 1_100 + 101_000)
        clock.run(at: 0, now: 100_100)
        #expect(clock.microseconds(at: 900_000) == 102_100)
        clock.jump(ahead: 5)
        #expect(clock.microseconds(at: 900_000) == 102_105)
    }

    @Test func timeGoesInOrder() {
        let timeline = Timeline()
        var seen: [Int] = []
        for number in 0..<200 {
            timeline.after(UInt64(number * 37 % 50)) { seen.append(number) }
        }
        timeline.run(milliseconds: 1)
        let expected = (0..<200).sorted { ($0 * 37 % 50, $0) < ($1 * 37 % 50, $1) }
        #expect(seen == expected)
    }
}
