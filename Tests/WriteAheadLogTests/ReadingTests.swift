import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// Reading decided values back.
struct ReadingTests {
    private func read(
        _ world: LogWorld, _ from: UInt64, _ upTo: UInt64, bytesMax: Int = 1 << 20
    ) throws -> [Value] {
        var answer: Result<[Value], LogReadError>?
        world.log?.readDecided(fromSlot: Slot(from), upTo: Slot(upTo), bytesMax: bytesMax) {
            answer = $0
        }
        world.settle()
        return try #require(answer).get()
    }

    private func payloads(_ values: [Value]) -> [[UInt8]] {
        values.map { value in
            guard case .batch(let batch) = value else { return [] }
            return batch.payload
        }
    }

    @Test func theHighestBallotAndLearnedValuesWin() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1, 1, [11]), accepted(2, 1, [21]), accepted(3, 1, [31])])
        world.append([accepted(2, 2, [22]), learned(3, [33]), accepted(3, 1, [34])])
        world.append([accepted(2, 1, [20])])
        world.settle()
        #expect(payloads(try read(world, 1, 3)) == [[11], [22], [33]])
        #expect(payloads(try read(world, 2, 2)) == [[22]])
        #expect(try read(world, 4, 9).isEmpty)
    }

    @Test func aHoleEndsTheAnswer() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1), accepted(2), accepted(4)])
        world.settle()
        #expect(try read(world, 1, 4).count == 2)
    }

    /// Random histories over many segments, read in pieces, against a dictionary.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func randomHistories(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let world = LogWorld(seed: seed)
        try world.openStarted()
        var best: [UInt64: (round: UInt64, payload: [UInt8])] = [:]
        for step in 1...120 as ClosedRange<UInt64> {
            var records: [DurableRecord] = []
            for _ in 0..<3 {
                let slot = step + UInt64.random(in: 0...6, using: &random)
                let round = UInt64.random(in: 1...4, using: &random)
                let payload = [UInt8](
                    repeating: UInt8(round), count: Int.random(in: 0..<2500, using: &random))
                records.append(accepted(slot, round, payload))
                if round >= best[slot]?.round ?? 0 { best[slot] = (round, payload) }
            }
            if best[step] == nil {
                records.append(accepted(step, 1, [1]))
                best[step] = (1, [1])
            }
            world.append(records)
            if Bool.random(using: &random) { world.settle() }
            if step % 50 == 0 {
                world.seal()
                try world.openStarted()
            }
        }
        world.settle()
        var from: UInt64 = 1
        while from <= 120 {
            let bytesMax = Int.random(in: 1..<20_000, using: &random)
            let values = payloads(try read(world, from, 120, bytesMax: bytesMax))
            try #require(!values.isEmpty)
            for (index, value) in values.enumerated() {
                #expect(value == best[from + UInt64(index)]?.payload)
            }
            if values.count > 1 {
                #expect(values.reduce(0) { $0 + $1.count } <= bytesMax)
            }
            from += UInt64(values.count)
        }
    }

    @Test func damageIsReported() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1, 1, [UInt8](repeating: 1, count: 900))])
        world.settle()
        let end = (world.disk.contents(1).lastIndex { $0 != 0 } ?? 0)
        world.disk.rot(1, at: end, mask: 1)
        #expect(throws: LogReadError.self) { try read(world, 1, 1) }
    }

    @Test func readsGoOnWhileTheLogIsWritten() throws {
        let world = LogWorld()
        try world.openStarted()
        world.append([accepted(1), accepted(2)])
        world.settle()
        var answer: [Value]?
        world.log?.readDecided(fromSlot: Slot(1), upTo: Slot(2), bytesMax: 1000) {
            answer = try? $0.get()
        }
        #expect(world.log?.isIdle == true)
        world.append([accepted(3)])
        world.disk.complete(at: 1)
        world.log?.drainCompletions(nowMilliseconds: 5)
        #expect(world.durableBox == 2)
        #expect(answer == nil)
        world.settle()
        #expect(answer?.count == 2)
    }
}
