internal import GRPC
internal import Observability
internal import Replication

/// The streaming calls that are open, and the rules that hold for all of them: which may begin, and when the node ends
/// them. A client goes on elsewhere if a stream ends with Unavailable; any other end it takes for its own fault.
final class OpenStreams {
    private let replica: Replica
    private let versions: ClientVersions
    private var callers: [StreamCaller] = []
    /// Since when no leader is known, in ticks.
    private var ticksWithoutLeader: Int
    private let ticksWithoutLeaderMax: Int
    /// So long nobody is refused for it.
    private let ticksOfElection: Int
    var count: Int { callers.count }
    /// No leader has been known for long.
    var isLeaderless: Bool { ticksWithoutLeader >= ticksWithoutLeaderMax }

    /// - Parameter tickMilliseconds: how often `tick` is called.
    init(replica: Replica, tickMilliseconds: UInt64 = 100) {
        self.replica = replica
        versions = ClientVersions(replica.metrics.clientRequests, kind: .stream)
        // As etcd: three election time-outs.
        let election = replica.configuration.electionTimeoutMilliseconds
        ticksOfElection = Int(election / tickMilliseconds) + 1
        ticksWithoutLeaderMax = Int(3 * election / tickMilliseconds) + 1
        // There was none before this process either, as far as it knows.
        ticksWithoutLeader = ticksWithoutLeaderMax
    }

    /// Begins a call by handing it to its method; or ends it, with its reason.
    func begin(_ caller: StreamCaller, forLearners: Bool, _ method: (StreamCaller) -> Void) {
        if let error = refusal(of: caller, forLearners: forLearners) {
            return caller.finish(error.status)
        }
        guard callers.count < Limits.openStreamsMax else {
            return caller.finish(EtcdError.tooManyRequests.status)
        }
        if let refusal = replica.localReadRefusal ?? replica.streamRefusal {
            return caller.finish(CallFailure(refusal).status)
        }
        caller.index = callers.count
        callers.append(caller)
        caller.onLeave = { [unowned self, unowned caller] in forget(caller) }
        method(caller)
    }

    /// To be called now and then: ends what cannot go on.
    func tick() {
        ticksWithoutLeader = replica.status.leader == 0 ? ticksWithoutLeader + 1 : 0
        guard !callers.isEmpty else { return }
        if let refusal = replica.streamRefusal {
            let status = CallFailure(refusal).status
            for caller in callers { caller.finish(status) }
            return
        }
        guard isLeaderless else { return }
        for caller in callers where caller.requiresLeader {
            caller.finish(EtcdError.noLeader.status)
        }
    }

    /// In etcd's order.
    private func refusal(of caller: StreamCaller, forLearners: Bool) -> EtcdError? {
        if replica.isLearner, !forLearners { return .notSupportedForLearner }
        let isText = caller.clientVersion.map { $0.withUnsafeBytes(versions.count) }
        if !(isText ?? versions.count(nil)) { return .invalidClientVersion }
        return caller.requiresLeader && lacksLeader ? .noLeader : nil
    }

    /// Whether this is more than an election. A node knows of its leader's death at once, and just then the leader's
    /// clients come: etcd's take a refusal for the end of all their watches, and etcd's nodes, which hear of it only an
    /// election time-out later, take them in.
    private var lacksLeader: Bool {
        replica.status.leader == 0 && ticksWithoutLeader >= ticksOfElection
    }

    private func forget(_ caller: StreamCaller) {
        precondition(callers[caller.index] === caller, "a stream knows its place")
        let last = callers.removeLast()
        guard last !== caller else { return }
        callers[caller.index] = last
        last.index = caller.index
    }
}
