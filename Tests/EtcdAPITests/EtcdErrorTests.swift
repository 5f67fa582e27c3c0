import EtcdAPI
import GRPC
import Testing

/// The error table, against the words of the contract.
@Suite struct EtcdErrorTests {
    /// The contract's own table: code, and texts without `etcdserver: `.
    static let contract: [(GRPCCode, String)] = [
        (
            .invalidArgument,
            """
            key is not provided · key not found · value is provided · lease is provided · \
            too many operations in txn request · duplicate key given in txn request · \
            invalid client api version · invalid sort option · given member URLs are invalid · \
            request is too large · user name is empty · role name is empty · \
            authentication failed, invalid user ID or password · permission not given · \
            invalid auth management · revision of auth store is old · \
            wrong downgrade target version format · invalid downgrade target version
            """
        ),
        (
            .outOfRange,
            """
            mvcc: required revision has been compacted · \
            mvcc: required revision is a future revision · too large lease TTL
            """
        ),
        (.resourceExhausted, "mvcc: database space exceeded · too many requests"),
        (.notFound, "requested lease not found · member not found"),
        (
            .failedPrecondition,
            """
            lease already exists · member ID already exist · Peer URLs already exists · \
            re-configuration failed due to not enough started members · \
            can only promote a learner member · \
            can only promote a learner member which is in sync with leader · \
            too many learner members in cluster · cluster ID mismatch · \
            root user does not exist · root user does not have root role · \
            user name already exists · user name not found · role name already exists · \
            role name not found · role is not granted to the user · \
            permission is not granted to the role · authentication is not enabled · not leader · \
            not capable · rpc not supported for learner · bad leader transferee · \
            cluster version not found during downgrade · \
            cluster has a downgrade job in progress · no inflight downgrade job
            """
        ),
        (.permissionDenied, "permission denied"),
        (.unauthenticated, "invalid auth token"),
        (
            .unavailable,
            """
            no leader · leader changed · server stopped · request timed out · \
            request timed out, possibly due to previous leader failure · \
            request timed out, possibly due to connection lost · \
            request timed out, waiting for the applied index took too long · unhealthy cluster
            """
        ),
        (.dataLoss, "corrupt cluster"),
        (.cancelled, "watch canceled · request canceled"),
    ]

    static let expected: [String: GRPCCode] = {
        // The second one is an error of etcd's server that its own table of codes leaves out.
        var expected: [String: GRPCCode] = [
            "context deadline exceeded": .deadlineExceeded,
            "etcdserver: request timed out, leader transfer took too long": .unknown,
        ]
        for (code, texts) in contract {
            for text in texts.split(separator: " · ") { expected["etcdserver: \(text)"] = code }
        }
        return expected
    }()

    @Test func everyTextHasTheContractsCode() {
        for error in EtcdError.allCases {
            #expect(Self.expected[error.text] == error.code, "\(error.text)")
            #expect(error.status == GRPCStatus(error.code, error.text))
        }
    }

    @Test func nothingOfTheContractIsMissing() {
        let texts = Set(EtcdError.allCases.map(\.text))
        #expect(texts == Set(Self.expected.keys))
    }

    @Test func timeoutsAreIndefiniteAndRefusalsAreNot() {
        for error in EtcdError.allCases where error.text.contains("timed out") {
            #expect(!error.isDefinite, "\(error.text)")
        }
        #expect(!EtcdError.deadlineExceeded.isDefinite)
        #expect(!EtcdError.leaderChanged.isDefinite)
        for error: EtcdError in [.noLeader, .tooManyRequests, .requestTooLarge, .compacted] {
            #expect(error.isDefinite, "\(error.text)")
        }
    }
}
