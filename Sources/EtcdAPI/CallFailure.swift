package import GRPC
internal import Protobuf
internal import Replication
internal import StateMachine

/// Why a call did not succeed, and whether its caller may take it for not having happened.
package struct CallFailure: Error, Equatable, Sendable {
    /// What the trailer `synod-outcome` says of a write.
    package enum Outcome: String, Sendable {
        /// It may have run, or may still run.
        case unknown
        /// This try did not run and never will. If it has a session, an earlier one may have.
        case notDone = "none"
        /// No try of its sequence has run or ever will.
        case neverDone = "never"
    }

    package let status: GRPCStatus
    /// Nil where the status tells enough.
    package let outcome: Outcome?

    /// False: the write may have run, or may still run.
    package var isDefinite: Bool { outcome != .unknown }

    init(_ status: GRPCStatus, _ outcome: Outcome?) {
        self.status = status
        self.outcome = outcome
    }

    init(_ status: GRPCStatus, isDefinite: Bool = true) {
        self.init(status, isDefinite ? nil : .unknown)
    }

    init(_ error: EtcdError) {
        self.init(error.status, isDefinite: error.isDefinite)
    }

    /// A command or a read that was turned away: it did not run.
    init(_ refusal: Refusal) {
        switch refusal {
        case .tooManyRequests: self.init(EtcdError.tooManyRequests.status, .notDone)
        case .noLeader: self.init(EtcdError.noLeader.status, .notDone)
        // The same words end a command that was taken, and then they leave its outcome open.
        case .stopping: self.init(EtcdError.stopped.status, .notDone)
        case .notReady(let reason):
            self.init(GRPCStatus(.unavailable, "etcdserver: \(reason)"), .notDone)
        }
    }

    /// A command of which nobody knows whether it ran.
    init(_ cause: UnknownCause) {
        let error: EtcdError =
            switch cause {
            case .timedOut: .timedOut
            case .leaderFailed: .timedOutLeaderFailed
            case .connectionLost: .timedOutConnectionLost
            case .stopping: .stopped
            }
        self.init(error.status, isDefinite: false)
    }

    /// A read that waited too long, and for what.
    init(_ delay: ReadDelay) {
        let error: EtcdError =
            switch delay {
            case .confirmation: .timedOut
            case .leaderChanged: .leaderChanged
            case .applying: .timedOutApplying
            }
        self.init(error.status)
    }

    /// A question that waited too long.
    static let readTimedOut = CallFailure(EtcdError.timedOut.status)

    /// Leadership for a member that could not hear of it. A code that clients do not try again by themselves, as
    /// etcd's do a hundred times where a cluster is unavailable.
    static let silentTransferee = CallFailure(
        GRPCStatus(.failedPrecondition, "synod: nothing is heard from that member"), .notDone)

    /// What goes with the status as metadata, or as headers of an HTTP answer.
    var metadata: [(String, String)] {
        guard let outcome else { return [] }
        return [("synod-outcome", outcome.rawValue)]
    }

    /// An answer that no client is sent, in the words of gRPC's Go implementation. What it answers was
    /// done.
    static func answerTooLarge(bytes: Int, max: Int) -> CallFailure {
        CallFailure(
            GRPCStatus(
                .resourceExhausted,
                "grpc: trying to send message larger than max (\(bytes) vs. \(max))"), .unknown)
    }

    /// Metadata that names no session and sequence.
    static let malformedSession = CallFailure(
        GRPCStatus(
            .invalidArgument,
            "synod: session is malformed: two numbers above 0 are needed, SESSION-SEQUENCE"),
        .notDone)

    /// A message of a stream that is not what the method takes, in the words of gRPC's Go implementation.
    static func malformedMessage(_ error: WireError) -> CallFailure {
        CallFailure(
            GRPCStatus(
                .internal,
                "grpc: failed to unmarshal the received message \(error.explanation)"))
    }

    /// A message that is not what the method takes, in the words of gRPC's Go implementation.
    init(_ error: WireError) {
        self.init(
            GRPCStatus(.internal, "grpc: error unmarshalling request: \(error.explanation)"))
    }
}

extension WireError {
    /// What is wrong, in a few words.
    var explanation: String {
        switch self {
        case .truncated: "unexpected EOF"
        case .varintTooLong: "a number is too long"
        case .invalidTag: "a field has no valid tag"
        case .unbalancedGroup: "a group is not balanced"
        case .invalidUTF8: "a string is not UTF-8"
        case .nestedTooDeep: "messages are nested too deep"
        }
    }
}
