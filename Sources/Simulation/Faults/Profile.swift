/// Which kinds of trouble a run makes.
package enum Profile: String, CaseIterable, Sendable {
    case network, disk, clock, roles, all

    /// Every profile has processes that die: that is what all the rest is about.
    package var faults: [Fault] {
        let concern: Fault.Concern? =
            switch self {
            case .network: .network
            case .disk: .disk
            case .clock: .clock
            case .roles: .roles
            case .all: nil
            }
        return Fault.allCases.filter { fault in
            guard fault != .unsafeAmnesia else { return false }
            return concern == nil || fault.concern == concern || fault.concern == .processes
        }
    }

    /// The kinds that a seed has: each seed leaves some out, so that what hides another is sometimes
    /// not there.
    package func faults(ofSeed seed: UInt64) -> [Fault] {
        var dice = Dice(seed: seed, concern: "swarm")
        let share: UInt64 = dice.one(of: [150, 300, 500, 800])
        return faults.filter { _ in dice.happens(perMille: share) }
    }
}
