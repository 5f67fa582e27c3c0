import GRPC
import Replication
import Testing

@testable import EtcdAPI
@testable import RESTAPI

/// Ends of a command that cannot be provoked at will, and what clients are told of them.
@Suite struct CallFailureTests {
    @Test(arguments: [
        (UnknownCause.timedOut, EtcdError.timedOut),
        (.leaderFailed, .timedOutLeaderFailed),
        (.connectionLost, .timedOutConnectionLost),
        (.stopping, .stopped),
    ])
    func unknownOutcomesAreMarked(cause: UnknownCause, error: EtcdError) {
        let failure = CallFailure(cause)
        #expect(failure.status == error.status)
        #expect(failure.status.code == .unavailable)
        #expect(failure.metadata.map(\.0) == ["synod-outcome"])
        #expect(failure.metadata.map(\.1) == ["unknown"])
        let response = RESTResponse(RESTFailure(cause))
        #expect(response.status == 504)
        #expect(response.headers.contains(.init(name: "x-synod-outcome", value: "unknown")))
        #expect(!response.headers.contains { $0.name == "retry-after" })
    }

    @Test(arguments: [
        (Refusal.tooManyRequests, EtcdError.tooManyRequests), (.noLeader, .noLeader),
        (.stopping, .stopped),
    ])
    func refusalsAreDefinite(refusal: Refusal, error: EtcdError) {
        let failure = CallFailure(refusal)
        #expect(failure.status == error.status)
        #expect(failure.isDefinite)
        #expect(failure.metadata.map(\.1) == ["none"])
        let response = RESTResponse(RESTFailure(refusal))
        #expect(response.status == 503)
        #expect(response.headers.contains(.init(name: "retry-after", value: "1")))
    }

    /// What the order of a client comes to at the leader.
    @Test(arguments: [
        (OrderRefusal.unhealthy, EtcdError.unhealthy), (.urlsTaken, .peerURLExists),
        (.invalidURLs, .invalidMemberURLs), (.memberNotFound, .memberNotFound),
        (.notALearner, .notALearner), (.learnerBehind, .learnerNotReady),
        (.tooManyLearners, .tooManyLearners), (.tooFewStarted, .tooFewStartedMembers),
    ])
    func refusedOrdersHaveEtcdsWords(refusal: OrderRefusal, error: EtcdError) {
        #expect(CallFailure(OrderResult.refused(refusal)).status == error.status)
    }

    @Test(arguments: [
        (ReadDelay.confirmation, EtcdError.timedOut), (.leaderChanged, .leaderChanged),
        (.applying, .timedOutApplying),
    ])
    func readsThatWaitedTooLongSayForWhat(delay: ReadDelay, error: EtcdError) {
        let failure = CallFailure(delay)
        #expect(failure.status == error.status && failure.status.code == .unavailable)
        // Nothing was asked to be done.
        #expect(failure.metadata.isEmpty)
    }

    @Test func aNodeThatIsNotReadySaysWhy() {
        let failure = CallFailure(Refusal.notReady("waiting for its peers"))
        #expect(failure.status == GRPCStatus(.unavailable, "etcdserver: waiting for its peers"))
    }
}
