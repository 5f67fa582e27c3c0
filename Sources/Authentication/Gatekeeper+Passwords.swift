internal import EtcdMessages
internal import Passwords
internal import Protobuf
internal import Replication
internal import StateMachine

/// What the threads for slow work answer.
enum SlowAnswer: Sendable {
    case hash(String)
    case wrongPassword
    /// With a signed token, where there are such, and a key to sign with.
    case rightPassword(token: String?)
}

/// Passwords: they are hashed and looked at beside the loop, and are in no log.
extension Gatekeeper {
    package typealias Completion<Value> = (Result<Value, AuthenticationFailure>) -> Void

    /// A new password's hash.
    ///
    /// - Parameter isWanted: whether anybody still waits for it: if nobody does when its turn comes, it is not made.
    package func hash(
        _ password: String, isWanted: @escaping () -> Bool, then: @escaping Completion<String>
    ) {
        guard PasswordHash.isPossible(password) else { return then(.failure(.impossiblePassword)) }
        let isTaken = slow.run(lane: SlowLane.newPasswords, isWanted: isWanted) {
            [cost = options.bcryptCost] in
            .hash(PasswordHash.make(password, cost: cost))
        } then: { answer in
            guard case .hash(let hash) = answer else { preconditionFailure("another answer") }
            then(.success(hash))
        }
        if !isTaken { then(.failure(.notTaken(.tooManyRequests))) }
    }

    /// A token for whoever knows a user's password.
    ///
    /// - Parameter isWanted: whether anybody still waits for it: if nobody does when its turn comes, nobody looks at
    ///   the password.
    package func authenticate(
        _ name: String, _ password: String, isWanted: @escaping () -> Bool,
        then: @escaping Completion<String>
    ) {
        let logIn = LogIn(name: name, password: password, isWanted: isWanted, then: then)
        attempt(logIn, triesLeft: Limits.authenticationTries)
    }

    /// Looks at the password as it is after everything that was decided when the call came.
    private func attempt(_ logIn: LogIn, triesLeft: Int) {
        replica.read { [self] result in
            switch result {
            case .ready: look(logIn, triesLeft: triesLeft)
            case .refused(let refusal): logIn.fail(.notTaken(refusal))
            case .timedOut: logIn.fail(.timedOut)
            }
        }
    }

    private func look(_ logIn: LogIn, triesLeft: Int) {
        let auth = replica.machine.auth
        guard auth.isEnabled else { return logIn.fail(.refused(.authNotEnabled)) }
        let user = auth.user(Array(logIn.name.utf8))
        if user?.hasNoPassword == true { return logIn.fail(.noPasswordUser) }
        let (isUser, revision) = (user != nil, auth.revision)
        let known = user?.passwordHash ?? ""
        let hash = known.isEmpty ? PasswordHash.ofNobody(cost: options.bcryptCost) : known
        let webToken = webTokens?.make(for: logIn.name, revision: revision)
        let isTaken = slow.run(lane: SlowLane.logIns, isWanted: logIn.isWanted) {
            [password = logIn.password, key = webTokens?.key] in
            guard PasswordHash.isRight(password, hash: hash) else { return .wrongPassword }
            return .rightPassword(token: key.flatMap { webToken?.signed(by: $0) })
        } then: { [self] answer in
            guard case .rightPassword(let token) = answer, isUser else {
                return logIn.fail(.refused(.authenticationFailed))
            }
            guard logIn.isWanted() else { return }
            let then: Completion<String> = { [self] result in
                // Rights have changed while the password was looked at: perhaps it is another one now.
                guard case .failure(.refused(.oldAuthRevision)) = result, triesLeft > 1 else {
                    return logIn.then(result)
                }
                attempt(logIn, triesLeft: triesLeft - 1)
            }
            if webTokens == nil { return issue(to: logIn.name, checkedAt: revision, then) }
            then(confirm(token, checkedAt: revision))
        }
        if !isTaken { logIn.fail(.notTaken(.tooManyRequests)) }
    }

    /// A signed token, if rights are still what they were when the password was looked at.
    private func confirm(
        _ token: String?, checkedAt revision: UInt64
    ) -> Result<String, AuthenticationFailure> {
        let auth = replica.machine.auth
        guard auth.isEnabled else { return .failure(.refused(.authNotEnabled)) }
        guard auth.revision == revision else { return .failure(.refused(.oldAuthRevision)) }
        return token.map { .success($0) } ?? .failure(.onlyVerifies)
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
