internal import Simulation

/// A seed that broke a rule.
struct SeedFailure {
    let seed: UInt64
    let breaches: [Breach]
    /// More about it: counter-examples, or what the runtime said of a trap.
    let details: [String]

    /// The rule that was broken first.
    var rule: Breach.Rule { breaches.first?.rule ?? .trap }

    /// Two runs of a seed that were not the same.
    static func difference(_ seed: UInt64) -> SeedFailure {
        let breach = Breach(
            rule: .determinism, detail: "two runs of this seed gave two histories",
            atMicroseconds: 0)
        return SeedFailure(seed: seed, breaches: [breach], details: [])
    }

    /// A child that ended in the middle of a seed.
    static func trap(_ seed: UInt64, _ how: String, noise: [String]) -> SeedFailure {
        let breach = Breach(rule: .trap, detail: how, atMicroseconds: 0)
        return SeedFailure(seed: seed, breaches: [breach], details: noise)
    }
}
