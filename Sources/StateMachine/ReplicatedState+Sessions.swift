internal import Basics
internal import EtcdMessages
internal import MVCC

/// Commands that carry a session: each sequence is executed once, whoever brings it how often.
extension ReplicatedState {
    /// Registered sessions.
    package var sessionCount: Int { sessions.count }

    /// Commands in all slots so far that were answered with the result of an earlier try.
    package var sessionRetryCount: UInt64 { sessions.retryCount }

    /// Executes a command unless its sequence was executed; then gives the first result.
    ///
    /// Every replica makes the whole response, also for clients of others: after this one's client
    /// has lost its node, it may ask any of them.
    func executeOnce(_ command: CommandView, _ session: ClientSession) -> Outcome {
        guard command.kind.maySayItsSession else { return .failed(.malformedCommand) }
        let checksum = CRC32C.checksum(command.request)
        let finding = sessions.find(
            session, kind: command.kind, requestChecksum: checksum,
            nowMilliseconds: logTimeMilliseconds)
        switch finding {
        case .refused(let error):
            marks.hit(.sessionRefused)
            return .failed(error)
        case .done(let result):
            marks.hit(.retryAnswered)
            if injectedBug == .retryExecutedTwice { return perform(command, wantsResponse: true) }
            return result.outcome
        case .new(let place):
            let outcome = perform(command, wantsResponse: true)
            let result = SessionResult(
                outcome, kind: command.kind, sequence: session.sequence, requestChecksum: checksum)
            sessions.keep(result, place: place)
            return outcome
        }
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
