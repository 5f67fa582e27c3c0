import WriteAheadLog
import Testing

@testable import Simulation

/// The laws of a simulated disk.
struct StorageTests {
    private static let sector = 512
    private let old = [UInt8](repeating: 1, count: 4 * Self.sector)
    private let new = [UInt8](repeating: 2, count: 4 * Self.sector)

    private func storage() -> SimStorage {
        let storage = SimStorage()
        _ = storage.make(1, byteCount: 8 * Self.sector)
        storage.write(1, at: 0, old)
        storage.flush(1)
        return storage
    }

    @Test func whatIsFlushedSurvivesThePower() {
        var dice = Dice(seed: 1, concern: "test")
        let storage = storage()
        storage.losePower(&dice)
        #expect(Array(storage.contents(1).prefix(old.count)) == old)
    }

    /// Each sector is as written or as before, never a mixture; and both happen.
    @Test func anUnflushedWriteIsTornBySectors() {
        var survivors: Set<Int> = []
        for seed in 1...200 as ClosedRange<UInt64> {
            var dice = Dice(seed: seed, concern: "test")
            let storage = storage()
            storage.write(1, at: 0, new)
            storage.losePower(&dice)
            let bytes = storage.contents(1)
            var count = 0
            for start in stride(from: 0, to: old.count, by: Self.sector) {
                let content = Set(bytes[start..<start + Self.sector])
                #expect(content == [1] || content == [2])
                if content == [2] { count += 1 }
            }
            survivors.insert(count)
        }
        #expect(survivors == [0, 1, 2, 3, 4])
    }

    @Test func damageCanBeMended() {
        var dice = Dice(seed: 3, concern: "test")
        let storage = storage()
        storage.write(1, at: old.count, new)
        storage.flush(1)
        let before = storage.contents(1)
        #expect(storage.makeStale(&dice) && storage.isDamaged)
        #expect(storage.contents(1) != before)
        #expect(storage.undoDamage() && !storage.isDamaged)
        #expect(storage.contents(1) == before)
    }

    /// What no log can find out is not done: the newest write never goes back.
    @Test func theNewestWriteIsNeverStale() {
        for seed in 1...100 as ClosedRange<UInt64> {
            var dice = Dice(seed: seed, concern: "test")
            let storage = storage()
            storage.write(1, at: old.count, new)
            storage.flush(1)
            _ = storage.makeStale(&dice)
            _ = storage.misdirect(&dice)
            #expect(Array(storage.contents(1)[old.count..<old.count + new.count]) == new)
        }
    }
}
