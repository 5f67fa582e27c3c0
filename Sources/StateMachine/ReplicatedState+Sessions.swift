internal import Basics
internal import EtcdMessages
internal import MVCC

/// Commands that carry a session: each sequence is executed once, whoever brings it how often.
extension ReplicatedState {
    /// Registered sessions.
    package var sessionCount: Int { sessions.count }

    /// Commands in all slots so far that were answered with the result of an earlier try.
    package var sessionRetryCount: UInt64 { sessions.retryCount }

    /// Begins a command unless its sequence was executed; then gives the first result. If it is begun, `finish` says
    /// where its result is to be kept.
    ///
    /// Every replica makes the whole response, also for clients of others: after this one's client
    /// has lost its node, it may ask any of them.
    func startOnce(
        _ command: CommandView, _ session: ClientSession
    ) -> (start: CommandStart, place: SessionPlace?) {
        guard command.kind.maySayItsSession else {
            return (.ended(.failed(.malformedCommand)), nil)
        }
        if let error = refusal(byRights: command) { return (.ended(.failed(error)), nil) }
        let checksum = CRC32C.checksum(command.request)
        let finding = sessions.find(
            session, kind: command.kind, requestChecksum: checksum,
            nowMilliseconds: logTimeMilliseconds)
        switch finding {
        case .refused(let error):
            marks.hit(.sessionRefused)
            return (.ended(.failed(error)), nil)
        case .done(let result):
            marks.hit(.retryAnswered)
            if injectedBug == .retryExecutedTwice {
                return (start(command, wantsResponse: true), nil)
            }
            return (.ended(result.outcome), nil)
        case .new(let place):
            let place = SessionPlace(
                place: place, sequence: session.sequence, kind: command.kind,
                requestChecksum: checksum)
            return (start(command, wantsResponse: true), place)
        }
    }

    /// A first result is for those only who might have asked for it; and a refusal of this kind is not kept, because
    /// the next try may be permitted.
    private func refusal(byRights command: CommandView) -> KVError? {
        guard auth.isEnabled else { return nil }
        do throws(KVError) {
            try checkRights(of: command)
            return nil
        } catch {
            return error
        }
    }

    /// Keeps the first result of a command.
    func keep(_ outcome: Outcome, at place: SessionPlace) {
        let result = SessionResult(
            outcome, kind: place.kind, sequence: place.sequence,
            requestChecksum: place.requestChecksum)
        sessions.keep(result, place: place.place)
    }

    /// Makes a session.
    func registerSession(_ request: RegisterSessionRequest) -> RegisterSessionResponse {
        var response = RegisterSessionResponse()
        response.header = ResponseHeader(revision: keyspace.revision)
        response.session = sessions.register(
            slot: appliedSlot, nowMilliseconds: logTimeMilliseconds)
        response.window = UInt64(Limits.sessionWindow)
        response.idleMilliseconds = Limits.sessionIdleMillisecondsMax
        return response
    }
}
