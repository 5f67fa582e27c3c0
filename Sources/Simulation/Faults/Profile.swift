/// Which kinds of trouble a run makes.
package enum Profile: String, CaseIterable, Sendable {
    case network, disk, clock, roles, membership, storage, watch, lease, rights, all

    /// Every profile has processes that die: that is what all the rest is about.
    /// Memberships change by order in a profile of their own; by themselves they do wherever a directory is lost.
    package var faults: [Fault] {
        if self == .lease {
            return Fault.allCases.filter { [.network, .clock, .processes].contains($0.concern) }
        }
        if self == .storage || self == .watch || self == .rights {
            return Fault.allCases.filter {
                [.bases, .disk, .network, .processes].contains($0.concern)
            }
        }
        if self == .membership {
            return Fault.allCases.filter {
                [.memberships, .network, .clock, .processes].contains($0.concern)
                    || $0.harmsDirectories
            }
        }
        let concern: Fault.Concern? =
            switch self {
            case .network: .network
            case .disk: .disk
            case .clock: .clock
            case .roles: .roles
            case .membership: .memberships
            case .storage, .watch: .bases
            case .lease, .rights, .all: nil
            }
        return Fault.allCases.filter { fault in
            guard
                ![
                    .unsafeAmnesia, .memberChange, .memberOrder, .lostBase, .rottenSnapshot,
                    .namesake,
                    .rollback,
                ]
                .contains(fault)
            else {
                return false
            }
            return concern == nil || fault.concern == concern || fault.concern == .processes
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
