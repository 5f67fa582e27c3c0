/// Which kinds of trouble a run makes.
package enum Profile: String, CaseIterable, Sendable {
    case network, disk, clock, roles, membership, storage, watch, lease, rights, all

    /// Every profile has processes that die: that is what all the rest is about. Only the counter-example is in none.
    package var faults: [Fault] {
        Fault.allCases.filter {
            $0 != .unsafeAmnesia && (concerns.contains($0.concern) || $0.concern == .processes)
        }
    }

    /// Memberships change by order in a profile of their own; by themselves they do wherever a directory is lost.
    private var concerns: [Fault.Concern] {
        switch self {
        case .network: [.network]
        case .disk: [.disk]
        case .clock: [.clock]
        case .roles: [.roles]
        case .membership: Fault.Concern.allCases
        case .storage, .watch, .rights: [.bases, .disk, .network]
        case .lease: [.network, .clock]
        case .all: [.network, .disk, .clock, .roles]
        }
    }

    /// The kinds that a seed has: each seed leaves some out, so that what hides another is sometimes
    /// not there.
    package func faults(ofSeed seed: UInt64) -> [Fault] {
        var dice = Dice(seed: seed, concern: "swarm")
        let share: UInt64 = dice.one(of: [150, 300, 500, 800])
        return faults.filter { dice.happens(perMille: share) || $0 == .memberChange }
    }
}
