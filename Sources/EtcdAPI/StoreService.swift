internal import EtcdMessages
internal import Replication
internal import StateMachine

/// `synodpb.Store`: what Synod serves beyond etcd.
struct StoreService {
    let proposer: CommandProposer

    /// Changes one key as a function of its value.
    func readModifyWrite(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let decoded = caller.decode(ReadModifyWriteRequest.self, request) else { return }
        let isAccepted = caller.accepts { () throws(KVError) in
            try RequestCheck.readModifyWrite(decoded)
        }
        guard isAccepted else { return }
        proposer.propose(.readModifyWrite, request, caller)
    }

    /// Makes a session, within which a client's retries execute once.
    func registerSession(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(RegisterSessionRequest.self, request) != nil else { return }
        proposer.propose(.registerSession, request, caller)
    }
}
