internal import Replication
internal import StateMachine

extension RESTFailure {
    /// A command or a read that was turned away: it did not run.
    init(_ refusal: Refusal) {
        switch refusal {
        case .tooManyRequests: self = .unavailable("too many requests wait on this node")
        case .noLeader: self = .unavailable("the cluster has no leader")
        case .stopping: self = .unavailable("this node is stopping")
        case .notReady(let reason): self = .unavailable(reason)
        }
    }

    /// A command of which nobody knows whether it ran.
    init(_ cause: UnknownCause) {
        switch cause {
        case .timedOut: self = .outcomeUnknown("the request timed out")
        case .leaderFailed: self = .outcomeUnknown("the leader failed and the request timed out")
        case .connectionLost:
            self = .outcomeUnknown(
                "the connection to the leader was lost and the request timed out")
        case .stopping: self = .outcomeUnknown("this node is stopping")
        }
    }
}

extension RESTFailure {
    /// A refusal by the rules of the store.
    init(_ error: KVError) {
        switch error {
        case .keyNotFound: self = .keyNotFound()
        case .keyNotProvided: self = .badRequest("the key must not be empty")
        case .duplicateKey: self = .badRequest("a key is given twice")
        case .tooManyOperations: self = .badRequest("there are too many operations at once")
        case .operationNotProvided: self = .badRequest("the operation is missing")
        case .notANumber:
            self = RESTFailure(status: 409, reason: "the value is not a decimal number of 64 bits")
        case .numberOverflow:
            self = RESTFailure(status: 409, reason: "the sum does not fit in 64 bits")
        case .valueTooLarge: self = RESTFailure(status: 413, reason: "the value would be too large")
        case .sessionExpired:
            self = .ofThisTry(410, "the session has expired: this try did not run")
        case .sequenceForgotten:
            self = .ofThisTry(410, "the sequence is too old: this try did not run")
        case .sequenceReused:
            self = .ofThisTry(
                422, "the idempotency key was given to another request: this one did not run")
        case .noSpace:
            self = RESTFailure(
                status: 507,
                reason: "the store is full: delete keys and compact, or raise the quota")
        case .corrupt: self = RESTFailure(status: 500, reason: "the cluster is marked as corrupt")
        case .responseTooLarge:
            self = RESTFailure(status: 507, reason: "the answer would be too large: ask for less")
        case .userEmpty: self = RESTFailure(status: 401, reason: "a user's token is needed")
        case .oldAuthRevision:
            self = .ofThisTry(409, "rights have changed meanwhile: try again")
        case .permissionDenied: self = .ofThisTry(403, "this user may not do that")
        // What this API cannot ask for, because it has no revisions, leases or options.
        case .compacted, .futureRevision, .valueProvided, .leaseProvided, .leaseNotFound,
            .invalidSortOption, .malformedCommand, .tooManyAlarms, .leaseExists, .leaseTooLong,
            .tooManyLeases, .roleEmpty, .userExists, .userNotFound, .roleExists, .roleNotFound,
            .roleNotGranted, .permissionNotGiven, .permissionNotGranted, .invalidAuthManagement,
            .rootUserMissing, .rootRoleMissing, .authNotEnabled, .authenticationFailed,
            .tooManyUsers:
            self = .badRequest("the request does not fit the store: \(error)")
        }
    }
}
