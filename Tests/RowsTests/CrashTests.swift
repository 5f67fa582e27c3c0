import Foundation
import Testing

/// Real processes that end at any of their calls, with the power or without: each flush is there afterwards as a
/// whole or not at all, and every one that was reported is there.
@Suite(.serialized) struct CrashTests {
    /// How many chains of crashes; `scripts/crash-base` asks for more.
    static let seeds: ClosedRange<UInt64> = {
        let text = ProcessInfo.processInfo.environment["BASE_CRASH_SEEDS"] ?? ""
        return 1...max(1, UInt64(text) ?? 2)
    }()
    private static let livesOfOne = 5

    @Test(arguments: seeds)
    func killedAnywhere(seed: UInt64) async throws {
        let machine = try DyingMachine(seed: seed)
        for _ in 0..<Self.livesOfOne {
            try await machine.live(losingPower: false)
            #expect(try machine.check() != nil, "after \(machine.reported) generations")
        }
        #expect(machine.deaths > 0)
    }

    @Test(arguments: seeds)
    func withoutPowerAnywhere(seed: UInt64) async throws {
        let machine = try DyingMachine(seed: seed &+ 1_000_000)
        for _ in 0..<Self.livesOfOne {
            try await machine.live(losingPower: true)
            #expect(try machine.check() != nil, "after \(machine.reported) generations")
        }
        #expect(machine.deaths > 0)
    }

    @Test func aFlushWaitsUntilThereIsRoom() async throws {
        let machine = try DyingMachine(seed: 1)
        machine.refused = 3
        try await machine.live()
        #expect(machine.deaths == 0)
        #expect(try machine.check() == 7)
    }

    /// The control: on a disk that lies about flushes these tests must find a loss.
    @Test(arguments: ["MANIFEST", ".sst", "/base/current"])
    func aDiskThatLiesIsFoundOut(_ ignored: String) async throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            let machine = try DyingMachine(seed: seed)
            machine.ignored = ignored
            try await machine.live(losingPower: true)
            if try wasLost(machine) { return }
        }
        Issue.record("nothing was lost although flushes of \(ignored) did nothing")
    }

    private func wasLost(_ machine: DyingMachine) throws -> Bool {
        do { return try machine.check() == nil } catch { return true }
    }
}
