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
}
