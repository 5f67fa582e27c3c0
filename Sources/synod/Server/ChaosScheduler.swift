internal import Basics
internal import Glibc
internal import Observability
internal import Paxos

/// Lets roles of a running server die at random and revives them: each role on a timer and with random
/// numbers of its own.
final class ChaosScheduler {
    private let plan: ChaosPlan
    private let kill: (Role) -> Void
    private let revive: (Role, _ hasAmnesia: Bool) -> Void
    /// Runs an action after so many milliseconds.
    private let after: (UInt64, @escaping () -> Void) -> Void
    private var random: [Role: SeededRandom] = [:]

    /// - Parameters:
    ///   - name: the node's: with one seed for a cluster, its nodes differ all the same.
    ///   - seed: taken if the plan names none.
    init(
        _ plan: ChaosPlan, name: String, seed: UInt64, logger: Logger,
        kill: @escaping (Role) -> Void, revive: @escaping (Role, _ hasAmnesia: Bool) -> Void,
        after: @escaping (UInt64, @escaping () -> Void) -> Void
    ) {
        self.plan = plan
        self.kill = kill
        self.revive = revive
        self.after = after
        let seed = plan.seed ?? seed
        for role in Role.allCases {
            random[role] = SeededRandom(seed: Self.hash("\(name)/\(role.rawValue)", from: seed))
        }
        logger.warning("roles of this node die at random", ["chaos": "\(plan)", "seed": "\(seed)"])
    }

    /// Mixes a text into a seed (FNV).
    private static func hash(_ text: String, from seed: UInt64) -> UInt64 {
        text.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Begins; the first deaths come after the first lives.
    func start() {
        for role in Role.allCases where plan.deaths[role] != nil { killLater(role) }
    }

    private func killLater(_ role: Role) {
        guard let deaths = plan.deaths[role] else { return }
        after(life(of: role, meanMilliseconds: deaths.meanMilliseconds)) { [self] in
            kill(role)
            after(deaths.downMilliseconds) { [self] in
                revive(role, plan.hasAmnesia)
                killLater(role)
            }
        }
    }

    /// An exponentially distributed time: whatever has passed, the next death is equally far away.
    private func life(of role: Role, meanMilliseconds: UInt64) -> UInt64 {
        let number = random[role]?.next() ?? 0
        let uniform = (Double(number >> 11) + 1) / Double(1 << 53)
        return max(1, UInt64(-log(uniform) * Double(meanMilliseconds)))
    }
}
