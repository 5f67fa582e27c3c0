internal import Basics
internal import Histories
internal import SynodClient

/// One run of `synod torture`.
struct Torture {
    private let configuration: TortureConfiguration
    /// One for each node, which asks that node first.
    private let clients: [Client]
    private let ledger = TortureLedger()
    private let startedAt = Clock.milliseconds()
    private static let progressMilliseconds: UInt64 = 3_000
    /// How often the clock is looked at.
    private static let tickMilliseconds = 50

    init(_ configuration: TortureConfiguration) {
        self.configuration = configuration
        var options = ClientConfiguration()
        options.requestTimeoutMilliseconds = configuration.timeoutMilliseconds
        let endpoints = configuration.endpoints
        clients = endpoints.indices.map { index in
            let rotated = Array(endpoints[index...] + endpoints[..<index])
            guard let client = try? Client(endpoints: rotated, configuration: options) else {
                preconditionFailure("there is a node")
            }
            return client
        }
    }

    /// Does everything, and says what came of it.
    func run() async -> ExitCode {
        defer { for client in clients { client.close() } }
        Console.note(
            "torture: \(configuration.clients) clients, \(configuration.endpoints.count) nodes,"
                + " seed \(configuration.seed), keys under \(configuration.prefix)")
        do throws(ClientError) {
            let hasAppend = try await probe()
            var history = History(operations: await work(hasAppend: hasAppend))
            let (views, failures) = try await TortureViews(
                client: clients[0], prefix: Array(configuration.prefix.utf8)
            ).take()
            for failure in failures { Console.note("torture: \(failure)") }
            history.views = views
            await cleanUp()
            return judge(history)
        } catch {
            Console.complain("the cluster cannot be checked: \(error)")
            await cleanUp()
            return .unavailable
        }
    }

    /// Whether the cluster answers, takes the faults, and has appends.
    private func probe() async throws(ClientError) -> Bool {
        let faults = TortureFaults(
            client: clients[0], ledger: ledger, configuration: configuration)
        if configuration.faults != .none, let refusal = await faults.refusal() { throw refusal }
        do throws(ClientError) {
            // Not under the prefix, whose keys are all accounted for.
            try await clients[0].append(configuration.probeKey, "x")
            return true
        } catch {
            // After a time-out it is known that there is such a call.
            if !error.isDefinite { return true }
            guard error.code == .unimplemented else { throw error }
            Console.note("torture: the servers have no append; it is left out")
            return false
        }
    }

    // MARK: Work

    private func work(hasAppend: Bool) async -> [RecordedOperation] {
        let keys = TortureKeys(prefix: configuration.prefix, count: configuration.keys)
        return await withTaskGroup(of: [RecordedOperation].self) { group in
            for number in 0..<configuration.clients {
                let node = number % clients.count
                var client = TortureClient(
                    number: number, client: clients[node], node: node, keys: keys, ledger: ledger,
                    hasAppend: hasAppend, configuration: configuration)
                group.addTask { await client.run() }
            }
            group.addTask { await watch() }
            if configuration.faults != .none {
                var faults = TortureFaults(
                    client: clients[0], ledger: ledger, configuration: configuration)
                group.addTask {
                    let counts = await faults.run()
                    Console.note(
                        "torture: by order, \(counts.deaths) roles died and \(counts.pauses) times"
                            + " a log was held back")
                    return []
                }
            }
            var operations: [RecordedOperation] = []
            for await part in group { operations += part }
            return operations
        }
    }

    /// Tells how it goes, and ends it.
    private func watch() async -> [RecordedOperation] {
        var told = Clock.milliseconds()
        var countAtTold = 0
        while Clock.milliseconds() - startedAt < configuration.durationMilliseconds,
            ledger.now.begun < Limits.tortureOperationsMax
        {
            try? await Task.sleep(for: .milliseconds(Self.tickMilliseconds))
            let now = Clock.milliseconds()
            guard now - told >= Self.progressMilliseconds else { continue }
            let counts = ledger.now
            let rate = (counts.ended - countAtTold) * 1_000 / Int(now - told)
            (told, countAtTold) = (now, counts.ended)
            Console.note("torture: \((now - startedAt) / 1_000) s: \(text(counts)), \(rate)/s")
        }
        ledger.stop()
        return []
    }

    private func text(_ counts: TortureLedger.Counts) -> String {
        let text =
            "\(counts.done) done, \(counts.refused) refused, \(counts.unknown) unknown,"
            + " revision \(counts.revision)"
        guard let failure = counts.lastFailure else { return text }
        return "\(text) (lastly: \(failure))"
    }

    private func cleanUp() async {
        do throws(ClientError) {
            try await clients[0].delete(.prefix(Array(configuration.prefix.utf8)))
            try await clients[0].delete(configuration.probeKey)
        } catch {
            Console.note(
                "torture: the keys under \(configuration.prefix) are still there: \(error)")
        }
    }

    // MARK: The verdict

    private func judge(_ history: History) -> ExitCode {
        let began = Clock.milliseconds()
        let report = HistoryCheck.run(history)
        for line in CounterExample.lines(report, history) { Console.line(line) }
        let counts = ledger.now
        let keyCount = Set(history.operations.compactMap(\.action.key)).count
        Console.line(
            "\(counts.ended) operations on \(keyCount) keys: \(text(counts));"
                + " \(history.views.count) of \(clients.count) nodes compared;"
                + " checked in \(Clock.milliseconds() - began) ms")
        switch report.verdict {
        case .ok where counts.done == 0:
            Console.line("verdict: nothing was done, nothing was checked")
            return .unavailable
        case .ok:
            Console.line("verdict: OK (seed \(configuration.seed))")
            return .success
        case .violated:
            let rules = Rule.allCases.filter { rule in
                report.violations.contains { $0.rule == rule }
            }
            let names = rules.map(\.rawValue).joined(separator: ", ")
            Console.line("verdict: VIOLATION of \(names) (seed \(configuration.seed))")
            return .failed
        case .undecided:
            Console.line("verdict: UNDECIDED for \(report.undecidedKeys.count) keys")
            return .unknownOutcome
        }
    }
}
