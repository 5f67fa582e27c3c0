internal import GRPC
internal import Observability
internal import Protobuf
internal import Replication
internal import StateMachine
internal import Transport

/// The pages for load balancers, people and Prometheus: `/health`, `/version`, `/metrics`.
struct PlainPages {
    let replica: Replica
    let options: EtcdDoorOptions

    /// 200 while a linearizable read goes through, else 503; `?serializable=true` asks only whether
    /// this node answers.
    func health(_ exchange: HTTPExchange) {
        let parameters = exchange.query.split(separator: "&")
        if let alarm = alarm(excluded: parameters) {
            return respond(exchange, problem: "ALARM \(alarm)")
        }
        if parameters.contains("serializable=true") || parameters.contains("serializable") {
            return respond(exchange, problem: replica.status.problem)
        }
        guard replica.status.leader != 0 else {
            return respond(exchange, problem: "RAFT NO LEADER")
        }
        replica.read { result in
            switch result {
            case .ready: respond(exchange, problem: nil)
            case .refused(let refusal):
                respond(exchange, problem: "QGET ERROR:\(CallFailure(refusal).status.message)")
            case .timedOut(let delay):
                respond(exchange, problem: "QGET ERROR:\(CallFailure(delay).status.message)")
            }
        }
    }

    /// An alarm that `?exclude=` does not name, as etcd calls it.
    private func alarm(excluded parameters: [Substring]) -> String? {
        let alarms = replica.machine.alarms
        let names = [(Alarm.Kind.noSpace, "NOSPACE"), (.corrupt, "CORRUPT")]
        return names.first { kind, name in
            // The full disk of another member is that member's business.
            let isRaised = alarms.has(kind) || (kind == .noSpace && replica.hasFullDisk)
            return isRaised && !parameters.contains("exclude=\(name)")
        }?.1
    }

    private func respond(_ exchange: HTTPExchange, problem: String?) {
        let metrics = replica.metrics
        (problem == nil ? metrics.healthSuccesses : metrics.healthFailures).increment()
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("health")
        writer.write(problem == nil ? "true" : "false")
        writer.name("reason")
        // A node that serves may have something to say all the same.
        writer.write(problem ?? replica.status.problem ?? "")
        writeProgress(into: &writer)
        if let bug = replica.configuration.injectedBug {
            writer.name("unsafeInjectedBug")
            writer.write(bug.name)
        }
        writer.endObject()
        exchange.respond(
            status: problem == nil ? 200 : 503, headers: [JSONContent.header], body: writer.bytes)
    }

    /// How far a node is behind; nothing of one that is not.
    private func writeProgress(into writer: inout JSONWriter) {
        let progress = replica.status.progress
        guard progress.isBehind else { return }
        writer.name("slotsBehind")
        writer.write(progress.slotsBehind)
        writer.name("catchUpBytesPerSecond")
        writer.write(progress.bytesPerSecond)
        guard let seconds = progress.secondsLeft else { return }
        writer.name("catchUpSecondsLeft")
        writer.write(seconds)
    }

    func version(_ exchange: HTTPExchange) {
        var writer = JSONWriter()
        writer.beginObject()
        for name in ["etcdserver", "etcdcluster", "storage"] {
            writer.name(name)
            writer.write(options.etcdVersion)
        }
        writer.name("synod")
        writer.write(options.productVersion)
        writer.endObject()
        exchange.respond(status: 200, headers: [JSONContent.header], body: writer.bytes)
    }

    func metrics(_ exchange: HTTPExchange) {
        exchange.respond(
            status: 200,
            headers: [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
            body: replica.metrics.registry.render())
    }
}
