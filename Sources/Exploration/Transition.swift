/// What an event does at one replica, whatever the others do meanwhile.
struct Transition {
    /// The replica's state afterwards, by number.
    let node: UInt32
    /// Messages that left, by number.
    let sent: [UInt32]
    /// Decisions that were handed out: slot and value, by number.
    let announced: [Announcement]
    /// Ballots that were prepared.
    let ballots: UInt32
    /// What is wrong with the step or with the state after it.
    let violation: String?

    /// Whether it changes nothing at a replica in this state, and hands out nothing.
    func isQuiet(at node: UInt32) -> Bool { self.node == node && announced.isEmpty && ballots == 0 }

    struct Announcement {
        let slot: Int
        let value: UInt32
    }
}
