internal import GRPC
internal import StateMachine

extension CallFailure {
    /// What apply said of a command. Within a session it is the answer to all tries of its sequence,
    /// unless it is about the session itself.
    init(_ error: KVError, isInSession: Bool) {
        let failure = CallFailure(error)
        let outcome: Outcome =
            error.isOfSession || error.isOfRights ? .notDone : .neverDone
        self.init(failure.status, isInSession ? outcome : failure.outcome)
    }

    /// A refusal by the rules of the store, in etcd's words where etcd has them.
    init(_ error: KVError) {
        switch error {
        case .compacted: self.init(EtcdError.compacted)
        case .futureRevision: self.init(EtcdError.futureRevision)
        case .keyNotFound: self.init(EtcdError.keyNotFound)
        case .keyNotProvided: self.init(EtcdError.keyNotProvided)
        case .valueProvided: self.init(EtcdError.valueProvided)
        case .leaseProvided: self.init(EtcdError.leaseProvided)
        case .leaseNotFound: self.init(EtcdError.leaseNotFound)
        case .duplicateKey: self.init(EtcdError.duplicateKey)
        case .tooManyOperations: self.init(EtcdError.tooManyOperations)
        case .invalidSortOption: self.init(EtcdError.invalidSortOption)
        case .operationNotProvided:
            self.init(GRPCStatus(.invalidArgument, "synod: operation is not provided"))
        case .notANumber:
            self.init(
                GRPCStatus(.failedPrecondition, "synod: value is not a decimal number of 64 bits"))
        case .numberOverflow:
            self.init(GRPCStatus(.outOfRange, "synod: sum does not fit in 64 bits"))
        case .valueTooLarge:
            self.init(GRPCStatus(.outOfRange, "synod: value would be too large"))
        case .sessionExpired:
            self.init(
                GRPCStatus(
                    .failedPrecondition,
                    "synod: session has expired: this try did not run, an earlier one may have"))
        case .sequenceForgotten:
            self.init(
                GRPCStatus(
                    .failedPrecondition,
                    "synod: sequence is too old: this try did not run, an earlier one may have"))
        case .sequenceReused:
            self.init(
                GRPCStatus(
                    .invalidArgument,
                    "synod: sequence was given to another request: this one did not run"))
        case .noSpace: self.init(EtcdError.noSpace)
        case .corrupt: self.init(EtcdError.corrupt)
        case .tooManyAlarms:
            self.init(GRPCStatus(.resourceExhausted, "synod: there are too many alarms"))
        case .leaseExists: self.init(EtcdError.leaseExists)
        case .leaseTooLong: self.init(EtcdError.leaseTooLong)
        case .tooManyLeases:
            self.init(GRPCStatus(.resourceExhausted, "synod: there are too many leases"))
        case .userEmpty: self.init(EtcdError.userEmpty)
        case .roleEmpty: self.init(EtcdError.roleEmpty)
        case .userExists: self.init(EtcdError.userExists)
        case .userNotFound: self.init(EtcdError.userNotFound)
        case .roleExists: self.init(EtcdError.roleExists)
        case .roleNotFound: self.init(EtcdError.roleNotFound)
        case .roleNotGranted: self.init(EtcdError.roleNotGranted)
        case .permissionNotGiven: self.init(EtcdError.permissionNotGiven)
        case .permissionNotGranted: self.init(EtcdError.permissionNotGranted)
        case .invalidAuthManagement: self.init(EtcdError.invalidAuthManagement)
        case .rootUserMissing: self.init(EtcdError.rootUserMissing)
        case .rootRoleMissing: self.init(EtcdError.rootRoleMissing)
        case .authNotEnabled: self.init(EtcdError.authNotEnabled)
        case .authenticationFailed: self.init(EtcdError.authenticationFailed)
        case .oldAuthRevision: self.init(EtcdError.oldAuthRevision)
        case .permissionDenied: self.init(EtcdError.permissionDenied)
        case .tooManyUsers:
            self.init(
                GRPCStatus(.resourceExhausted, "synod: there are too many users and roles"))
        case .responseTooLarge:
            self.init(
                GRPCStatus(.resourceExhausted, "grpc: trying to send message larger than max"))
        case .malformedCommand:
            self.init(GRPCStatus(.invalidArgument, "synod: command is malformed"))
        }
    }
}
