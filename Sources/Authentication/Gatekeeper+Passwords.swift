internal import EtcdMessages
internal import Passwords
internal import Protobuf
internal import Replication
internal import StateMachine

/// What the threads for slow work answer.
enum SlowAnswer: Sendable {
    case hash(String)
    case isRight(Bool)
}

/// Passwords: they are hashed and looked at beside the loop, and are in no log.
extension Gatekeeper {
    package typealias Completion<Value> = (Result<Value, AuthenticationFailure>) -> Void

    /// A new password's hash.
    package func hash(_ password: String, then: @escaping Completion<String>) {
        guard PasswordHash.isPossible(password) else { return then(.failure(.impossiblePassword)) }
        let isTaken = slow.run { [cost = options.bcryptCost] in
            .hash(PasswordHash.make(password, cost: cost))
        } then: { answer in
            guard case .hash(let hash) = answer else { preconditionFailure("another answer") }
            then(.success(hash))
        }
        if !isTaken { then(.failure(.notTaken(.tooManyRequests))) }
    }

    /// A token for whoever knows a user's password.
    package func authenticate(
        _ name: String, _ password: String, then: @escaping Completion<String>
    ) {
        attempt(name, password, triesLeft: Limits.authenticationTries, then)
    }

    /// Looks at the password as it is after everything that was decided when the call came.
    private func attempt(
        _ name: String, _ password: String, triesLeft: Int, _ then: @escaping Completion<String>
    ) {
        replica.read { [self] result in
            switch result {
            case .ready: look(name, password, triesLeft: triesLeft, then)
            case .refused(let refusal): then(.failure(.notTaken(refusal)))
            case .timedOut: then(.failure(.timedOut))
            }
        }
    }

    private func look(
        _ name: String, _ password: String, triesLeft: Int, _ then: @escaping Completion<String>
    ) {
        let auth = replica.machine.auth
        guard auth.isEnabled else { return then(.failure(.refused(.authNotEnabled))) }
        let user = auth.user(Array(name.utf8))
        if user?.hasNoPassword == true { return then(.failure(.noPasswordUser)) }
        let (isUser, revision) = (user != nil, auth.revision)
        let hash = user?.passwordHash ?? PasswordHash.ofNobody(cost: options.bcryptCost)
        let isTaken = slow.run {
            .isRight(PasswordHash.isRight(password, hash: hash))
        } then: { [self] answer in
            guard case .isRight(true) = answer, isUser else {
                return then(.failure(.refused(.authenticationFailed)))
            }
            issue(to: name, checkedAt: revision) { [self] result in
                // Rights have changed while the password was looked at: perhaps it is another one now.
                guard case .failure(.refused(.oldAuthRevision)) = result, triesLeft > 1 else {
                    return then(result)
                }
                attempt(name, password, triesLeft: triesLeft - 1, then)
            }
        }
        if !isTaken { then(.failure(.notTaken(.tooManyRequests))) }
    }

    /// All nodes hear of the token, and none but this one of its secret.
    private func issue(
        to name: String, checkedAt revision: UInt64, _ then: @escaping Completion<String>
    ) {
        let secret = SimpleTokens.drawSecret()
        let command = AuthCommand.with {
            $0.issueToken = .with {
                $0.name = name
                $0.tokenDigest = SimpleTokens.digest(of: secret)
                $0.checkedRevision = revision
            }
        }
        replica.propose(.auth, request: command.serializedBytes()) { result in
            switch result {
            case .applied(.auth(let result)): then(.success("\(secret).\(result.slot)"))
            case .applied(.failed(let error)): then(.failure(.refused(error)))
            case .applied: preconditionFailure("another outcome")
            case .refused(let refusal): then(.failure(.notTaken(refusal)))
            case .unknown(let cause): then(.failure(.unknown(cause)))
            }
        }
    }
}
