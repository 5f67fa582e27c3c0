/// What there is to know of a method before a caller is let in.
struct Admission {
    let right: RPCRight
    /// The order of etcd's answers: that a request of KV is badly formed comes before who may not send it.
    private let form: KVForm?
    /// Whether etcd answers from behind its own client.
    private let isBehindClient: Bool

    init(path: String) {
        right = RPCRights.right(of: path)
        form = KVForm(path: path)
        isBehindClient = path.hasPrefix("/v3lockpb.") || path.hasPrefix("/v3electionpb.")
    }

    init(gateway path: String) {
        self.init(path: RPCRights.gateway[path] ?? path)
    }

    /// What somebody is told who is not let in.
    func refusal(
        _ failure: CallFailure, of message: UnsafeRawBufferPointer, operationsMax: Int
    ) -> CallFailure {
        if let fault = form?.fault(in: message, operationsMax: operationsMax) { return fault }
        return isBehindClient ? failure.throughClient : failure
    }
}
