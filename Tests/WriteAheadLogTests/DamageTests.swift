import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// Rot in every byte: always seen where it matters, and never read as empty.
struct DamageTests {
    /// A log with one of everything, over two segments, and where it ends.
    private func sample() throws -> (world: LogWorld, used: [UInt64: Int]) {
        let world = LogWorld()
        try world.openStarted()
        world.append([.promised(ballot(4)), .heard(sampleMemory)])
        world.append([.configuration(slot: .zero, membership: sampleMembership)])
        world.settle()
        world.append([accepted(1, 4, [UInt8](repeating: 0, count: 1500)), accepted(2, 4)])
        world.settle()
        try world.openStarted()
        world.append([decided(4, 1), learned(4, [4]), accepted(3, 4)])
        world.append([.truncated(upTo: .zero)])
        world.seal()
        let used = Dictionary(
            uniqueKeysWithValues: [1, 2].map { segment in
                (segment as UInt64, usedBytes(world.disk.contents(segment)))
            })
        return (world, used)
    }

    /// Up to the last sector that is not zero.
    private func usedBytes(_ file: [UInt8]) -> Int {
        ((file.lastIndex { $0 != 0 } ?? 0) / 512 + 1) * 512
    }

    private func damage(_ world: LogWorld) -> LogDamage? {
        do {
            _ = try world.recover()
            return nil
        } catch RecoveryError.damaged(let damage) {
            return damage
        } catch {
            Issue.record("another refusal: \(error)")
            return nil
        }
    }

    /// A header whose checksum is right and whose length is not: no memory is taken for what no batch has, and it is
    /// not taken for a write that came in part.
    @Test func aLengthThatNoBatchHas() throws {
        let world = LogWorld()
        try world.openStarted()
        let end = usedBytes(world.disk.contents(1))
        world.append([accepted(1)])
        world.settle()
        let before = world.disk.contents(1)
        for length in [UInt32(Limits.stagedBytes) + 1, .max] {
            world.disk.replace(1, with: forged(before, at: end, length: length, world))
            let found = try #require(damage(world))
            #expect(found.offset == end)
            #expect(found.finding == Finding.badHeader.rawValue)
        }
        // What a batch may have, and the file has not.
        world.disk.replace(
            1, with: forged(before, at: end, length: UInt32(Limits.stagedBytes), world))
        #expect(try world.recover().end == end)
        world.disk.replace(1, with: before)
        #expect(try world.recover().end > end)
    }

    /// The segment with another payload length in a batch's header.
    private func forged(
        _ segment: [UInt8], at offset: Int, length: UInt32, _ world: LogWorld
    ) -> [UInt8] {
        func bytes(_ word: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        var forged = segment
        forged.replaceSubrange(offset + 24..<offset + 28, with: bytes(length))
        let seed = BatchHeader.seed(salt: world.identity.salt, segment: 1, offset: offset)
        let sum = CRC32C.checksum(
            [UInt8](forged[offset + 4..<offset + BatchHeader.byteCount]), seed: seed)
        forged.replaceSubrange(offset..<offset + 4, with: bytes(sum))
        return forged
    }

    @Test func everyByte() throws {
        let (world, used) = try sample()
        #expect(damage(world) == nil)
        for segment in [1, 2] as [UInt64] {
            let end = try #require(used[segment])
            #expect(end > 2000)
            for offset in 0..<end {
                let mask = UInt8(1) << UInt8(offset % 8)
                world.disk.rot(segment, at: offset, mask: mask)
                let found = damage(world)
                #expect(found?.segment == segment, "byte \(offset) of segment \(segment)")
                // The batch it is in, not one before or after.
                #expect(abs((found?.offset ?? -10_000) - offset) < 3000)
                #expect((found?.offset ?? .max) <= offset)
                world.disk.rot(segment, at: offset, mask: mask)
            }
        }
        #expect(damage(world) == nil)
    }

    /// A whole sector that turns to zeros is a torn write only in the last batch of all.
    @Test func everySector() throws {
        let (world, used) = try sample()
        let whole = try world.recover().state
        for segment in [1, 2] as [UInt64] {
            let end = try #require(used[segment])
            for offset in stride(from: 0, to: end, by: 512) {
                let before = world.disk.contents(segment)
                world.disk.zero(segment, offset..<offset + 512)
                let isSeal = segment == 2 && offset == end - 512
                let wasZero = before[offset..<offset + 512].allSatisfy { $0 == 0 }
                if isSeal || wasZero {
                    #expect(try world.recover().state == whole)
                } else {
                    #expect(throws: RecoveryError.self) { try world.recover() }
                }
                world.disk.replace(segment, with: before)
            }
        }
    }

    /// Beyond the end nothing was acknowledged: refused or ignored, but the state is never another.
    @Test func behindTheEnd() throws {
        let (world, used) = try sample()
        let whole = try world.recover().state
        for segment in [1, 2] as [UInt64] {
            let end = try #require(used[segment])
            for offset in stride(from: end, to: end + 4096, by: 7) {
                world.disk.rot(segment, at: offset, mask: 0x20)
                if let state = try? world.recover().state { #expect(state == whole) }
                world.disk.rot(segment, at: offset, mask: 0x20)
            }
        }
        // The predecessor's bytes behind its named end are never read.
        world.disk.rot(1, at: try #require(used[1]), mask: 1)
        #expect(try world.recover().state == whole)
    }

    /// Rot in the last acknowledged batch is not a torn write, sealed or not.
    @Test func rotInTheLastBatch() throws {
        for isSealed in [false, true] {
            let world = LogWorld()
            try world.openStarted()
            let end = usedBytes(world.disk.contents(1))
            world.append([accepted(1, 1, [UInt8](repeating: 0, count: 2000))])
            if isSealed { world.seal() } else { world.settle() }
            world.disk.rot(1, at: end + 300, mask: 4)
            let found = try #require(damage(world))
            #expect(found.offset == end)
            #expect(found.finding == Finding.wrongSum.rawValue)
            #expect(
                found.description.contains("log/0000000000000001.log is damaged at byte \(end)"))
            let advice = RecoveryError.damaged(found).description
            #expect(advice.contains("they admit the member anew"))
        }
    }

    @Test func aLostLogIsNotAnEmptyOne() throws {
        let (world, _) = try sample()
        for number in [1, 2, 3] as [UInt64] { world.disk.replace(number, with: nil) }
        #expect(throws: RecoveryError.lost) { try world.recover() }
        world.disk.replace(1, with: [UInt8](repeating: 0, count: 65_536))
        #expect(throws: RecoveryError.lost) { try world.recover() }
    }

    @Test func missingSegments() throws {
        let (world, _) = try sample()
        try world.openStarted()
        world.append([accepted(5, 4)])
        world.settle()
        let second = world.disk.contents(2)
        world.disk.replace(2, with: nil)
        #expect(throws: RecoveryError.missing(first: 2, last: 2)) { try world.recover() }
        world.disk.replace(2, with: second)
        world.disk.replace(1, with: nil)
        #expect(throws: RecoveryError.missing(first: 1, last: 1)) { try world.recover() }
    }

    @Test func emptiedFiles() throws {
        let (world, _) = try sample()
        let second = world.disk.contents(2)
        world.disk.replace(2, with: [])
        #expect(damage(world)?.segment == 2)
        world.disk.replace(2, with: second)
        world.disk.replace(1, with: [UInt8](repeating: 0, count: 65_536))
        #expect(damage(world)?.segment == 1)
    }

    /// A whole segment of another directory, or of an earlier life of this one.
    @Test func foreignSegments() throws {
        let (world, _) = try sample()
        let kept = world.identity
        world.identity.incarnation = Incarnation(10)
        #expect(throws: RecoveryError.foreignSegment(1)) { try world.recover() }
        world.identity = kept
        let second = world.disk.contents(2)
        world.disk.replace(2, with: world.disk.contents(1))
        #expect(throws: RecoveryError.foreignSegment(2)) { try world.recover() }
        world.disk.replace(2, with: second)
        #expect(damage(world) == nil)
    }

    @Test func newerFormat() throws {
        let (world, _) = try sample()
        var file = world.disk.contents(1)
        file[12] = 3
        let sum = CRC32C.checksum(Array(file[12..<512]))
        for index in 0..<4 {
            file[8 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index)))
        }
        world.disk.replace(1, with: file)
        #expect(throws: RecoveryError.newerFormat(segment: 1, version: 3)) { try world.recover() }
    }

    /// Random damage to random logs: a state that is not the whole one is never taken for good.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func randomDamage(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let world = LogWorld(seed: seed)
        try world.openStarted()
        for slot in 1...40 as ClosedRange<UInt64> {
            let count = Int.random(in: 0..<4000, using: &random)
            world.append([accepted(slot, 1, [UInt8](repeating: UInt8(slot), count: count))])
            if Bool.random(using: &random) { world.settle() }
        }
        world.seal()
        let whole = try world.recover().state
        for _ in 0..<20 {
            let segment = UInt64.random(
                in: 1...UInt64(world.log?.segmentCount ?? 1), using: &random)
            let before = world.disk.contents(segment)
            let start = Int.random(in: 0..<before.count, using: &random)
            let length = min(Int.random(in: 1..<2000, using: &random), before.count - start)
            var after = before
            for index in start..<start + length {
                after[index] = UInt8.random(in: 0...255, using: &random)
            }
            world.disk.replace(segment, with: after)
            if let state = try? world.recover().state { #expect(state == whole) }
            world.disk.replace(segment, with: before)
        }
    }
}
