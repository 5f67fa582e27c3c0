internal import EtcdMessages
internal import Protobuf
internal import Replication
internal import StateMachine

/// A client that logs in, and writes as long as it may; with its token until a node does not know that any more.
final class RightsGuest {
    private let index: Int
    private unowned let rights: RightsWorkload
    private var token: (issued: IssuedToken, atMicroseconds: UInt64)?

    init(_ index: Int, of rights: RightsWorkload) {
        self.index = index
        self.rights = rights
    }

    /// What a node does with a guest's command.
    private enum End {
        case executed
        case denied
        /// The token is void there.
        case unknownToken
        case nothing
    }

    func begin() {
        rights.later(5_000...120_000) { [self] in
            if token == nil { logIn() } else { write() }
        }
    }

    /// The password is right wherever this client asks, at the node's revision.
    private func logIn() {
        rights.caller.call(
            { (replica, then: @escaping (IssuedToken?) -> Void) in
                let revision = replica.machine.auth.revision
                let command = AuthCommand.with {
                    $0.issueToken = .with { ($0.name, $0.checkedRevision) = ("guest", revision) }
                }
                replica.propose(.auth, request: command.serializedBytes()) { result in
                    guard case .applied(.auth(let result)) = result else { return then(nil) }
                    then(
                        IssuedToken(
                            user: RightsWorkload.guest, digest: [], revision: revision,
                            slot: result.slot))
                }
            },
            then: { [self] token in
                if case .some(.some(let issued)) = token {
                    self.token = (issued, rights.ledger.now)
                }
                begin()
            })
    }

    private func write() {
        guard let token else { return begin() }
        let attempt = RightsLedger.Try(
            sentAtMicroseconds: rights.ledger.now, tokenAtMicroseconds: token.atMicroseconds)
        let put = PutRequest.with {
            $0.key = RightsWorkload.lower + [UInt8(ascii: "0") + UInt8(index)]
            $0.value = Array("\(attempt.sentAtMicroseconds)".utf8)
        }
        rights.caller.call(
            { (replica, then: @escaping (End) -> Void) in
                let auth = replica.machine.auth
                guard !auth.isEnabled || auth.isValid(token.issued) else {
                    return then(.unknownToken)
                }
                replica.propose(
                    .put, credentials: replica.credentials(of: token.issued.user),
                    request: put.serializedBytes()
                ) { result in
                    switch result {
                    case .applied(.put): then(.executed)
                    case .applied(.failed(.permissionDenied)): then(.denied)
                    default: then(.nothing)
                    }
                }
            },
            then: { [self] end in
                switch end {
                case .executed: rights.ledger.executed(attempt)
                case .denied: rights.ledger.denied(attempt)
                case .unknownToken: self.token = nil
                case .nothing, nil: break
                }
                begin()
            })
    }
}
