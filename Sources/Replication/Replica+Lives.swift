internal import Basics
internal import Observability
internal import Paxos
internal import PaxosCodec
internal import WriteAheadLog

/// Lives of data directories: when one ends, and which of two is listened to (P1, P5, P6).
extension Replica {
    /// This life of the directory must never vote again.
    func beginNewLife(_ sentence: String) {
        marks.hit(.lifeEnded)
        guard configuration.isReadmittedByItself else {
            return halt("\(sentence). \(Self.adviceToOperators)")
        }
        logger.error(
            "\(sentence): it begins another life, without a vote until the others give it one")
        // Nobody can be told anything any more in the name of this one.
        core = nil
        renew(sentence)
    }

    private static let adviceToOperators =
        "Put the newest copy of the data directory back, or remove the directory, and start again: the "
        + "others admit the member anew"

    /// Why this node has no vote yet, if its directory had to begin another life.
    var lifeProblem: String? {
        guard let reasonOfLife,
            membership?.isVoter(configuration.replica, identity.incarnation) != true
        else { return nil }
        return "CORRUPT: this node has no vote and is to be admitted anew, because: \(reasonOfLife)"
    }

    /// Why a hello cannot be listened to: it is of another life of a member than the one that has the seat and
    /// is connected and heard (P5). Who was copied or started twice must not disturb who serves.
    func namesake(_ hello: Hello) -> String? {
        guard injectedBug != .namesakeEvictsHealthyVoter, peers.isConnected(hello.replica),
            let life = membership?.seat(of: hello.replica)?.incarnation, life != hello.incarnation,
            peers.hello(of: hello.replica)?.incarnation == life,
            core?.isHeard(hello.replica) == true
        else { return nil }
        return "another life of this member's data directory has its seat and is alive"
    }
}
