internal import Paxos

/// A message on its way. It stays on its way: it may come never, late, or again.
struct Envelope {
    let sender: Int
    let receiver: Int
    let message: Message

    /// Stands for sender, receiver and message.
    var fingerprint: UInt64 {
        var fingerprint = StateFingerprint()
        fingerprint.add(UInt64(sender))
        fingerprint.add(UInt64(receiver))
        fingerprint.add(message)
        return fingerprint.value
    }

    /// What a message that changes nothing at its receiver now can still do later: nothing, if it speaks of a
    /// ballot that its receiver leads or has left. The receiver of a Promise, an Accepted or a Reject is the
    /// one who prepared that ballot, and nobody goes back to a ballot.
    func isSpentOnceInert(mayRestart: Bool) -> Bool {
        switch message {
        case .promise, .accepted: true
        // A restart forgets the rounds that were seen: a late Reject would tell of them again.
        case .reject: !mayRestart
        default: false
        }
    }
}
