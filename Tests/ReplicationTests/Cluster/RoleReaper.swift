import Paxos
import Replication

/// Kills roles at random moments on nodes that live on, and revives them: each role of each node on a timer
/// of its own.
final class RoleReaper {
    private let cluster: Cluster
    private let roles: [Role]
    private let lifeMicroseconds: ClosedRange<UInt64>
    private let deathMicroseconds: ClosedRange<UInt64>
    private var isOver = false
    /// Deaths so far, by role.
    private(set) var deaths: [Role: Int] = [:]

    init(
        _ cluster: Cluster, roles: [Role] = Role.allCases,
        lifeMicroseconds: ClosedRange<UInt64> = 50_000...600_000,
        deathMicroseconds: ClosedRange<UInt64> = 5_000...150_000
    ) {
        self.cluster = cluster
        self.roles = roles
        self.lifeMicroseconds = lifeMicroseconds
        self.deathMicroseconds = deathMicroseconds
        for node in cluster.nodes { for role in roles { killLater(role, node) } }
    }

    var deathCount: Int { deaths.values.reduce(0, +) }

    /// No more deaths; everything comes back.
    func stop() {
        isOver = true
        for node in cluster.nodes { for role in roles { revive(role, node) } }
    }

    private func killLater(_ role: Role, _ node: ClusterNode) {
        cluster.timeline.after(cluster.random(in: lifeMicroseconds)) { [self] in
            if isOver { return }
            if let replica = node.replica, !replica.deadRoles.contains(role) {
                replica.kill(role)
                if replica.deadRoles.contains(role) { deaths[role, default: 0] += 1 }
            }
            cluster.timeline.after(cluster.random(in: deathMicroseconds)) { [self] in
                revive(role, node)
                killLater(role, node)
            }
        }
    }

    private func revive(_ role: Role, _ node: ClusterNode) {
        node.replica?.revive(role, hasAmnesia: false)
    }
}
