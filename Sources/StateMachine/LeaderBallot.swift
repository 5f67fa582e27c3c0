/// The ballot of the newest leadership that the replicated state knows of.
package struct LeaderBallot: Equatable, Sendable {
    package var round: UInt64
    package var replica: UInt64
    package var incarnation: UInt64

    package init(round: UInt64, replica: UInt64, incarnation: UInt64) {
        self.round = round
        self.replica = replica
        self.incarnation = incarnation
    }
}
