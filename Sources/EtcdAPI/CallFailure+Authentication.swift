internal import Authentication
internal import GRPC

extension CallFailure {
    /// Somebody who does not get a token, or whose password cannot be kept.
    init(_ failure: AuthenticationFailure) {
        switch failure {
        case .refused(let error): self.init(error)
        // etcd gives these away as they are.
        case .onlyVerifies:
            self.init(
                GRPCStatus(.unknown, "auth: token signing attempted with verify-only key"))
        case .noPasswordUser:
            self.init(
                GRPCStatus(
                    .unknown,
                    "auth: authentication failed, password was given for no password user"))
        case .impossiblePassword:
            self.init(
                GRPCStatus(
                    .invalidArgument,
                    "synod: a password has at most 72 bytes, none of which is zero"))
        case .notTaken(let refusal): self.init(refusal)
        case .unknown(let cause): self.init(cause)
        case .timedOut: self = .readTimedOut
        }
    }
}
