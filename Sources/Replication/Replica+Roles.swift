internal import Observability
package import Paxos
internal import WriteAheadLog

/// Roles of this node that die alone and come back (S4-7, S4-8): by order of an operator, of the random
/// deaths of `synod serve --chaos`, or of a simulator.
extension Replica {
    /// The roles that do nothing now. None before this node belongs to a cluster.
    package var deadRoles: [Role] { core?.deadRoles ?? [] }

    /// Whether the acceptor has come back without its memory, and has no vote therefore.
    package var hasAmnesia: Bool { core?.hasAmnesia ?? false }

    /// Kills one role, and nothing else. Does nothing before this node belongs to a cluster.
    package func kill(_ role: Role) {
        guard core != nil else { return }
        let wasAlive = !deadRoles.contains(role)
        step(.kill(role))
        // Its messages do not leave even if their records are durable in this very turn.
        if role == .acceptor { waitingRoom.drop() }
        noteRoles()
        if wasAlive {
            metrics.role(role.rawValue).deaths.increment()
            logger.warning("a role was killed", ["role": "\(role.rawValue)"])
        }
        requestTurn()
    }

    /// Revives a role that was killed: with what it had made durable, as after a restart, or with
    /// nothing. An acceptor is revived when what it wrote before its death is durable; one that has
    /// forgotten stays without a vote until it is killed and revived with its memory, which the log still
    /// has, or the process is started again.
    package func revive(_ role: Role, hasAmnesia: Bool) {
        revive(role, hasAmnesia ? .amnesia : .recovered)
    }

    /// The same with every way to come back, the unsafe one among them. For the simulator, not for servers:
    /// no door calls it.
    package func revive(_ role: Role, _ revival: Revival) {
        guard core != nil, deadRoles.contains(role) else { return }
        step(.revive(role, revival))
        noteRoles()
        logger.warning("a role is revived", ["role": "\(role.rawValue)", "as": "\(revival)"])
        if role == .acceptor, revival == .amnesia { logger.error(Self.amnesiaProblem) }
        requestTurn()
    }

    /// Why this node does not serve, or what its operator must do, as far as roles go; nil if they all live
    /// or their death does no harm to clients.
    var roleProblem: String? {
        if !hasLearner { return Self.learnerProblem }
        return hasAmnesia ? Self.amnesiaProblem : nil
    }

    /// Why nobody can be served at this node.
    static let learnerProblem = "the learner of this node is dead: ask another node"

    private static let amnesiaProblem =
        "the acceptor has forgotten its promises and votes, and does not vote: this version cannot "
        + "re-admit it; kill and revive it with its memory, or start this node again"

    /// Keeps what the doors and the turn look at, and the gauges. An acceptor comes back by itself, so that
    /// this is done with each tick, too.
    func noteRoles() {
        let dead = deadRoles
        guard dead != notedDeadRoles else { return }
        notedDeadRoles = dead
        hasLearner = !dead.contains(.learner)
        for role in Role.allCases {
            metrics.role(role.rawValue).up.set(!dead.contains(role))
        }
    }
}

/// Other faults by order.
extension Replica {
    /// Holds back the writes of the log for so long, as a disk that hangs does; 0 ends a pause.
    package func pauseFlush(milliseconds: UInt64) {
        log.pause(untilMilliseconds: clockMilliseconds() + milliseconds)
        logger.warning("writes of the log are held back", ["milliseconds": "\(milliseconds)"])
        requestTurn()
    }
}

/// Orders from doors, which know roles by their names.
extension Replica {
    /// The names of all roles.
    package static let roleNames = Role.allCases.map(\.rawValue)

    /// Kills the role of this name; false if there is none.
    package func kill(roleNamed name: String) -> Bool {
        guard let role = Role(rawValue: name) else { return false }
        kill(role)
        return true
    }

    /// Revives the role of this name; false if there is none.
    package func revive(roleNamed name: String, hasAmnesia: Bool) -> Bool {
        guard let role = Role(rawValue: name) else { return false }
        revive(role, hasAmnesia: hasAmnesia)
        return true
    }
}
