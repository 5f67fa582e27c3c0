internal import EtcdMessages
internal import MVCC
internal import Replication
internal import StateMachine

extension ResponseHeader {
    /// Fills in what the state machine does not know, because it differs between members.
    mutating func sign(by replica: Replica) {
        let node = replica.node
        clusterID = node.clusterID
        memberID = node.memberID
        raftTerm = replica.ballotRound
    }

    /// The header of an answer that is not about one revision: the store's revision now.
    static func current(of replica: Replica) -> ResponseHeader {
        var header = ResponseHeader()
        header.revision = replica.machine.keyspace.revision
        header.sign(by: replica)
        return header
    }
}
