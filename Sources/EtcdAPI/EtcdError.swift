package import GRPC

/// Every error text of the etcd v3 API. Clients compare the texts letter by letter, so this is the one
/// place where they are spelled; the raw value is what goes over the wire.
package enum EtcdError: String, Error, CaseIterable, Sendable {
    // InvalidArgument
    case keyNotProvided = "etcdserver: key is not provided"
    case keyNotFound = "etcdserver: key not found"
    case valueProvided = "etcdserver: value is provided"
    case leaseProvided = "etcdserver: lease is provided"
    case tooManyOperations = "etcdserver: too many operations in txn request"
    case duplicateKey = "etcdserver: duplicate key given in txn request"
    case invalidClientVersion = "etcdserver: invalid client api version"
    case invalidSortOption = "etcdserver: invalid sort option"
    case invalidMemberURLs = "etcdserver: given member URLs are invalid"
    case requestTooLarge = "etcdserver: request is too large"
    case userEmpty = "etcdserver: user name is empty"
    case roleEmpty = "etcdserver: role name is empty"
    case authenticationFailed =
        "etcdserver: authentication failed, invalid user ID or password"
    case permissionNotGiven = "etcdserver: permission not given"
    case invalidAuthManagement = "etcdserver: invalid auth management"
    case oldAuthRevision = "etcdserver: revision of auth store is old"
    case invalidDowngradeFormat = "etcdserver: wrong downgrade target version format"
    case invalidDowngradeVersion = "etcdserver: invalid downgrade target version"

    // OutOfRange
    case compacted = "etcdserver: mvcc: required revision has been compacted"
    case futureRevision = "etcdserver: mvcc: required revision is a future revision"
    case leaseTooLong = "etcdserver: too large lease TTL"

    // ResourceExhausted
    case noSpace = "etcdserver: mvcc: database space exceeded"
    case tooManyRequests = "etcdserver: too many requests"

    // NotFound
    case leaseNotFound = "etcdserver: requested lease not found"
    case memberNotFound = "etcdserver: member not found"

    // FailedPrecondition
    case leaseExists = "etcdserver: lease already exists"
    case memberExists = "etcdserver: member ID already exist"
    case peerURLExists = "etcdserver: Peer URLs already exists"
    case tooFewStartedMembers =
        "etcdserver: re-configuration failed due to not enough started members"
    case notALearner = "etcdserver: can only promote a learner member"
    case learnerNotReady =
        "etcdserver: can only promote a learner member which is in sync with leader"
    case tooManyLearners = "etcdserver: too many learner members in cluster"
    case clusterIDMismatch = "etcdserver: cluster ID mismatch"
    case rootUserMissing = "etcdserver: root user does not exist"
    case rootRoleMissing = "etcdserver: root user does not have root role"
    case userExists = "etcdserver: user name already exists"
    case userNotFound = "etcdserver: user name not found"
    case roleExists = "etcdserver: role name already exists"
    case roleNotFound = "etcdserver: role name not found"
    case roleNotGranted = "etcdserver: role is not granted to the user"
    case permissionNotGranted = "etcdserver: permission is not granted to the role"
    case authNotEnabled = "etcdserver: authentication is not enabled"
    case notLeader = "etcdserver: not leader"
    case notCapable = "etcdserver: not capable"
    case notSupportedForLearner = "etcdserver: rpc not supported for learner"
    case badTransferee = "etcdserver: bad leader transferee"
    case noClusterVersion = "etcdserver: cluster version not found during downgrade"
    case downgradeInProgress = "etcdserver: cluster has a downgrade job in progress"
    case noDowngrade = "etcdserver: no inflight downgrade job"

    // PermissionDenied, Unauthenticated
    case permissionDenied = "etcdserver: permission denied"
    case invalidToken = "etcdserver: invalid auth token"

    // Unavailable
    case noLeader = "etcdserver: no leader"
    case leaderChanged = "etcdserver: leader changed"
    case stopped = "etcdserver: server stopped"
    case timedOut = "etcdserver: request timed out"
    case timedOutLeaderFailed =
        "etcdserver: request timed out, possibly due to previous leader failure"
    case timedOutConnectionLost =
        "etcdserver: request timed out, possibly due to connection lost"
    case timedOutApplying =
        "etcdserver: request timed out, waiting for the applied index took too long"
    case unhealthy = "etcdserver: unhealthy cluster"

    // Unknown: clients do not try again by themselves
    case transferTimedOut = "etcdserver: request timed out, leader transfer took too long"

    // DataLoss, Canceled, DeadlineExceeded
    case corrupt = "etcdserver: corrupt cluster"
    case watchCanceled = "etcdserver: watch canceled"
    case requestCanceled = "etcdserver: request canceled"
    case deadlineExceeded = "context deadline exceeded"

    /// The gRPC code that goes with the text.
    package var code: GRPCCode {
        switch self {
        case .keyNotProvided, .keyNotFound, .valueProvided, .leaseProvided, .tooManyOperations,
            .duplicateKey, .invalidClientVersion, .invalidSortOption, .invalidMemberURLs,
            .requestTooLarge, .userEmpty, .roleEmpty, .authenticationFailed, .permissionNotGiven,
            .invalidAuthManagement, .oldAuthRevision, .invalidDowngradeFormat,
            .invalidDowngradeVersion:
            .invalidArgument
        case .compacted, .futureRevision, .leaseTooLong: .outOfRange
        case .noSpace, .tooManyRequests: .resourceExhausted
        case .leaseNotFound, .memberNotFound: .notFound
        case .leaseExists, .memberExists, .peerURLExists, .tooFewStartedMembers, .notALearner,
            .learnerNotReady, .tooManyLearners, .clusterIDMismatch, .rootUserMissing,
            .rootRoleMissing, .userExists, .userNotFound, .roleExists, .roleNotFound,
            .roleNotGranted, .permissionNotGranted, .authNotEnabled, .notLeader, .notCapable,
            .notSupportedForLearner, .badTransferee, .noClusterVersion, .downgradeInProgress,
            .noDowngrade:
            .failedPrecondition
        case .permissionDenied: .permissionDenied
        case .invalidToken: .unauthenticated
        case .noLeader, .leaderChanged, .stopped, .timedOut, .timedOutLeaderFailed,
            .timedOutConnectionLost, .timedOutApplying, .unhealthy:
            .unavailable
        case .transferTimedOut: .unknown
        case .corrupt: .dataLoss
        case .watchCanceled, .requestCanceled: .cancelled
        case .deadlineExceeded: .deadlineExceeded
        }
    }

    /// The text as it stands on the wire.
    package var text: String { rawValue }

    /// Whether a write that ends so has certainly not run and never will. A time-out says nothing
    /// about that. What a stopping server had taken already is unknown too: see `CallFailure`.
    package var isDefinite: Bool {
        switch self {
        case .timedOut, .timedOutLeaderFailed, .timedOutConnectionLost, .timedOutApplying,
            .transferTimedOut, .leaderChanged, .requestCanceled, .deadlineExceeded:
            false
        default: true
        }
    }

    /// Code and text as a call's end.
    package var status: GRPCStatus { GRPCStatus(code, text) }
}
