package import GRPC
internal import Protobuf
internal import Replication
internal import StateMachine

/// Why a call did not succeed, and whether its caller may take it for not having happened.
package struct CallFailure: Error, Equatable, Sendable {
    package let status: GRPCStatus
    /// False: the write may have run, or may still run. The answer then carries the trailer
    /// `synod-outcome: unknown`.
    package let isDefinite: Bool

    init(_ status: GRPCStatus, isDefinite: Bool = true) {
        self.status = status
        self.isDefinite = isDefinite
    }

    init(_ error: EtcdError) {
        self.init(error.status, isDefinite: error.isDefinite)
    }

    /// A command or a read that was turned away: it did not run.
    init(_ refusal: Refusal) {
        switch refusal {
        case .tooManyRequests: self.init(EtcdError.tooManyRequests)
        case .noLeader: self.init(EtcdError.noLeader)
        case .stopping: self.init(EtcdError.stopped)
        case .notReady(let reason): self.init(GRPCStatus(.unavailable, "etcdserver: \(reason)"))
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

    /// A read that waited too long.
    static let readTimedOut = CallFailure(EtcdError.timedOut.status)

    /// What goes with the status as metadata, or as headers of an HTTP answer.
    var metadata: [(String, String)] { isDefinite ? [] : [("synod-outcome", "unknown")] }

    /// An answer that no client is sent, in the words of gRPC's Go implementation.
    static func answerTooLarge(bytes: Int, max: Int) -> CallFailure {
        CallFailure(
            GRPCStatus(
                .resourceExhausted,
                "grpc: trying to send message larger than max (\(bytes) vs. \(max))"))
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
