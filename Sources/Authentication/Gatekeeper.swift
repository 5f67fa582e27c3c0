internal import EtcdMessages
internal import Passwords
internal import Protobuf
package import Replication
package import StateMachine

/// Knows who asks, and what they may do here and now. What commands may do is asked again where they are applied.
///
/// Not Sendable: the loop owns it.
package final class Gatekeeper {
    let replica: Replica
    let options: AuthenticationOptions
    private let tokens: SimpleTokens
    /// If there are, no others count.
    let webTokens: WebTokens?
    private let nowMilliseconds: () -> UInt64
    let slow: SlowWork<SlowAnswer>
    private var nextSweep: UInt64 = 0

    /// - Parameters:
    ///   - webTokens: signed tokens; nil: simple ones.
    ///   - wake: may be called by any thread; `endOfTurn` is to be called soon after.
    package init(
        replica: Replica, options: AuthenticationOptions = AuthenticationOptions(),
        webTokens: WebTokens? = nil,
        nowMilliseconds: @escaping () -> UInt64, wake: @escaping @Sendable () -> Void
    ) {
        self.webTokens = webTokens
        self.replica = replica
        self.options = options
        self.nowMilliseconds = nowMilliseconds
        tokens = SimpleTokens(lifeMilliseconds: options.tokenSeconds * 1000)
        // In the order of `SlowLane`.
        slow = SlowWork(
            threadsMax: Limits.slowThreads,
            lanes: [.init(jobsMax: Limits.logInsMax), .init(jobsMax: Limits.newPasswordsMax)],
            wake: wake)
    }

    /// Whether requests need a user.
    package var isOn: Bool { replica.machine.auth.isEnabled }

    /// To be called with each turn of the loop, before the replica's own end of it.
    package func endOfTurn() { _ = slow.drain() }

    /// To be called now and then.
    package func tick() {
        let now = nowMilliseconds()
        takeIssued(now)
        guard now >= nextSweep else { return }
        nextSweep = now + Limits.sweepMilliseconds
        tokens.sweep(nowMilliseconds: now)
    }

    private func takeIssued(_ now: UInt64) {
        let issued = replica.machine.auth.takeIssued()
        if !issued.isEmpty { tokens.take(issued, nowMilliseconds: now) }
    }

    // MARK: Who asks

    /// Who asks; nil if nobody says so.
    ///
    /// - Throws: `invalidToken`.
    package func access(of bearer: Bearer) throws(AccessError) -> Access? {
        if let standing = bearer.standing {
            guard replica.machine.auth.isSame(standing.user, since: standing.authRevision) else {
                throw .invalidToken
            }
            return Access(user: standing.user, authRevision: nil)
        }
        guard let token = bearer.token else {
            return bearer.certificateName.map { Access(user: Array($0.utf8), authRevision: nil) }
        }
        if let webTokens {
            guard let access = webTokens.access(of: token) else { throw .invalidToken }
            return access
        }
        let now = nowMilliseconds()
        let auth = replica.machine.auth
        if let user = tokens.user(of: token, auth, nowMilliseconds: now) {
            return Access(user: user, authRevision: nil)
        }
        takeIssued(now)
        guard let user = tokens.user(of: token, auth, nowMilliseconds: now) else {
            throw .invalidToken
        }
        return Access(user: user, authRevision: nil)
    }

    /// The same bearer for the rest of a call that may wait for long. What it was let in for goes on when its token's time
    /// is over, as a watch does; that its user or the password becomes another one ends it.
    package func standing(_ bearer: Bearer) -> Bearer {
        let auth = replica.machine.auth
        guard isOn, let access = try? access(of: bearer), auth.user(access.user) != nil,
            access.authRevision ?? auth.revision == auth.revision
        else { return bearer }
        return Bearer(Standing(user: access.user, authRevision: auth.revision))
    }

    /// Who says a token, if it was said lately and is still good; nil tells nothing.
    package func knownAccess(_ token: UnsafeRawBufferPointer) -> Access? {
        if let webTokens { return webTokens.knownAccess(token) }
        return tokens.knownAccess(
            token, replica.machine.auth, nowMilliseconds: nowMilliseconds())
    }

    /// What a command says of who asks; nil if nobody has to.
    package func credentials(of access: Access?) -> Credentials? {
        guard isOn, let access else { return nil }
        return Credentials(
            user: access.user,
            authRevision: access.authRevision ?? replica.machine.auth.revision)
    }

    /// What who asks may do here and now.
    private func rights(of access: Access) throws(AccessError) -> UserRights {
        let auth = replica.machine.auth
        guard access.authRevision ?? auth.revision == auth.revision else {
            throw .refused(.oldAuthRevision)
        }
        guard let rights = auth.rights(of: access.user) else { throw .refused(.permissionDenied) }
        return rights
    }

    /// Asks whether somebody may do something. A node that lags may not know of a token, or of a right, that another
    /// node's clients were told of: who is not let in is asked again when this node has caught up.
    ///
    /// - Parameter then: called at once, or later; nil: yes.
    package func ask(
        _ bearer: Bearer, _ require: @escaping (UserRights, Access) throws(KVError) -> Void,
        then: @escaping (AccessError?) -> Void
    ) {
        guard let refusal = refusal(bearer, require) else { return then(nil) }
        if isFinal(refusal) { return then(refusal) }
        replica.read { [self] result in
            guard case .ready = result, isOn else { return then(isOn ? refusal : nil) }
            then(self.refusal(bearer, require))
        }
    }

    /// Whether a node that lags would say the same when it has caught up. That somebody has no name is not final: users
    /// may have been turned off.
    package func isFinal(_ refusal: AccessError) -> Bool {
        switch refusal {
        case .invalidToken: webTokens != nil
        case .refused: false
        }
    }

    /// The same, for this node as it is.
    package func refusal(
        _ bearer: Bearer, _ require: (UserRights, Access) throws(KVError) -> Void
    ) -> AccessError? {
        do throws(AccessError) {
            guard let access = try access(of: bearer) else { return .refused(.userEmpty) }
            return refusal(access, require)
        } catch {
            return error
        }
    }

    /// The same for somebody who is known. A certificate without a common name is nobody's, and is let in nowhere.
    package func refusal(
        _ access: Access, _ require: (UserRights, Access) throws(KVError) -> Void
    ) -> AccessError? {
        do throws(AccessError) {
            let isNobody = access.user.isEmpty
            let rights = try isNobody ? UserRights.ofNobody() : rights(of: access)
            do throws(KVError) {
                try require(rights, access)
            } catch {
                return .refused(error)
            }
            return isNobody ? .refused(.userEmpty) : nil
        } catch {
            return error
        }
    }
}
