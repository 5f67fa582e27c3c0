package import StateMachine

/// How a command of a client of this node ended.
package enum ProposalResult {
    /// It was applied here, and this is its result; a refusal by the state machine is one, too.
    case applied(Outcome)
    /// It did not run and never will.
    case refused(Refusal)
    /// It may run, or have run, or not.
    case unknown(UnknownCause)
}

/// Why a command or a read was turned away. Definite: it did not and will not run.
package enum Refusal: Equatable, Sendable {
    /// Too many commands or reads wait already.
    case tooManyRequests
    /// There was no leader to give it to until its time ran out.
    case noLeader
    /// This process is about to end.
    case stopping
    /// This node does not serve; the text says why.
    case notReady(String)
}

/// Why nobody can say whether a command ran.
package enum UnknownCause: Equatable, Sendable {
    case timedOut
    /// The leader it was given to is gone, and the time ran out.
    case leaderFailed
    /// The connection to the leader broke, and the time ran out.
    case connectionLost
    case stopping
}

/// How a linearizable read's wait ended.
package enum ReadResult: Equatable, Sendable {
    /// Everything decided when the read arrived is applied here: read the state machine now.
    case ready
    case refused(Refusal)
    case timedOut(ReadDelay)
}

/// What a read still lacked when its time ran out.
package enum ReadDelay: Equatable, Sendable {
    /// The word of a majority that the leader leads.
    case confirmation
    /// The same, and while it waited another leader came.
    case leaderChanged
    /// What was decided when it arrived: it is not applied here.
    case applying
}
