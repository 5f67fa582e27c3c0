/// Which roles of a core live.
struct RoleLives: Equatable, Sendable {
    /// An acceptor's way from death to life. It comes back when what it wrote before its death is durable:
    /// its memory and the log are the same then (P11).
    enum AcceptorLife: Equatable, Sendable {
        case alive
        /// Died with records in boxes up to this one.
        case dead(lastBox: UInt64)
        /// To be revived when that box is durable.
        case awaiting(box: UInt64, Revival)
        /// Has forgotten its promises and votes: it never speaks again, until it is killed and recovered.
        case forgetful
    }

    var acceptor = AcceptorLife.alive
    var hasProposer = true
    var hasLearner = true
    /// How often a role was killed or revived.
    var changes: UInt64 = 0

    var hasAcceptor: Bool { acceptor == .alive }

    /// Whether this replica may lead or stand as far as its roles go. Leading needs no acceptor: the votes
    /// of others decide.
    var mayLead: Bool { hasProposer && hasLearner }

    /// Whether it may stand: a ballot needs the own promise (P3).
    var mayStand: Bool { mayLead && hasAcceptor }

    func has(_ role: Role) -> Bool {
        switch role {
        case .proposer: hasProposer
        case .acceptor: hasAcceptor
        case .learner: hasLearner
        }
    }
}
