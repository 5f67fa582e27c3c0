internal import GRPC
internal import MVCC
internal import Replication
internal import StateMachine
internal import Transport

/// `/livez`, `/readyz` and the pages of their single checks, as etcd answers them: `ok`, or with 503 what failed;
/// `?verbose` tells of each check, `?exclude=NAME` leaves one out.
struct HealthPages {
    let replica: Replica

    func answer(_ exchange: HTTPExchange, _ checks: [HealthCheck]) {
        let parameters = exchange.query.split(separator: "&")
        let excluded = parameters.filter { $0.hasPrefix("exclude=") }.map { $0.dropFirst(8) }
        let isVerbose = parameters.contains { $0 == "verbose" || $0.hasPrefix("verbose=") }
        // A page of one check has none to leave out.
        let isRoot = checks.count > 1 || exchange.path == "/livez"
        let chosen = checks.filter { !isRoot || !excluded.contains($0.rawValue[...]) }
        run(chosen[...], failures: []) { failures in
            let lines = chosen.map { check in
                failures.first { $0.check == check }.map {
                    "[-]\(check.rawValue) failed: \($0.reason)\n"
                } ?? "[+]\(check.rawValue) ok\n"
            }.joined()
            respond(
                exchange, failures.isEmpty ? (isVerbose ? lines : "") + "ok\n" : lines + "\n",
                isHealthy: failures.isEmpty)
        }
    }

    private typealias Failure = (check: HealthCheck, reason: String)

    private func run(
        _ checks: ArraySlice<HealthCheck>, failures: [Failure],
        then: @escaping ([Failure]) -> Void
    ) {
        guard let check = checks.first else { return then(failures) }
        run(check) { reason in
            let failed = reason.map { [(check, $0)] } ?? []
            run(checks.dropFirst(), failures: failures + failed, then: then)
        }
    }

    /// Why a check fails; nil if it does not.
    private func run(_ check: HealthCheck, then: @escaping (String?) -> Void) {
        switch check {
        case .dataCorruption:
            then(replica.machine.alarms.has(.corrupt) ? "alarm activated: CORRUPT" : nil)
        case .nonLearner: then(replica.isLearner ? "not supported for learner" : nil)
        case .serializableRead: then(localProblem)
        case .linearizableRead:
            replica.read { result in
                switch result {
                case .ready: then(localProblem)
                case .refused(let refusal): then(CallFailure(refusal).status.message)
                case .timedOut(let delay): then(CallFailure(delay).status.message)
                }
            }
        }
    }

    private var localProblem: String? {
        if let refusal = replica.localReadRefusal { return CallFailure(refusal).status.message }
        do throws(KVError) {
            try replica.machine.checkReadable()
            return nil
        } catch {
            return CallFailure(error).status.message
        }
    }

    private func respond(_ exchange: HTTPExchange, _ text: String, isHealthy: Bool) {
        exchange.respond(
            status: isHealthy ? 200 : 503,
            headers: [
                ("content-type", "text/plain; charset=utf-8"),
                ("x-content-type-options", "nosniff"),
            ], body: Array(text.utf8))
    }
}
