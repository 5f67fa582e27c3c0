internal import Basics
internal import SynodClient

/// The demo while roles die: several clients write, read and delete through all nodes, for a while, and
/// compare each result with what it must be.
final class DeathDemo: Sendable {
    /// How long it goes on.
    struct Bounds: Sendable {
        let milliseconds: UInt64
        /// Each role that dies at all has died so often, on all nodes together, before it ends.
        let deathsMin: UInt64
        /// The roles that die.
        let roles: [String]
    }

    /// What is known by now.
    private struct Ledger {
        var model: [String: String] = [:]
        /// Keys of which nobody can say what they hold: a call was not answered in time.
        var uncertain: Set<String> = []
        var operations = 0
        var wrong = 0
        var longestMilliseconds: UInt64 = 0
        /// By node and role, as last heard.
        var deaths: [[String: UInt64]]
        var failure: ClientError?
    }

    private let endpoints: [Endpoint]
    private let names: [String]
    /// One for each node, which asks that node first and the others when it refuses.
    private let clients: [Client]
    private let bounds: Bounds
    private let startedAt = Clock.milliseconds()
    private let ledger: Monitor<Ledger>
    private static let prefix = "demo/"
    private static let patienceMilliseconds: UInt64 = 15_000
    private static let pauseMilliseconds = 300

    /// A demo over nodes, given by their names and endpoints.
    init(names: [String], endpoints: [Endpoint], bounds: Bounds) {
        self.names = names
        self.endpoints = endpoints
        self.bounds = bounds
        var configuration = ClientConfiguration()
        configuration.requestTimeoutMilliseconds = Self.patienceMilliseconds
        clients = endpoints.indices.map { index in
            let rotated = Array(endpoints[index...] + endpoints[..<index])
            guard let client = try? Client(endpoints: rotated, configuration: configuration) else {
                preconditionFailure("there is a node")
            }
            return client
        }
        ledger = Monitor(Ledger(deaths: endpoints.map { _ in [:] }))
    }

    /// Does everything. Returns `success` if all results were as they must be.
    func run(populate: Int, workers: Int) async -> ExitCode {
        defer { for client in clients { client.close() } }
        for number in 0..<populate {
            await put("\(Self.prefix)populated/\(number)", "\(number)", number)
        }
        say("populated \(populate) keys")
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<workers { group.addTask { await self.work(worker) } }
            group.addTask { await self.watchDeaths() }
        }
        await compareAll()
        return verdict()
    }

    // MARK: Work

    /// Time is not up, or too few have died.
    private var goesOn: Bool {
        guard ledger.withLock({ $0.failure == nil }), !Task.isCancelled else { return false }
        if Clock.milliseconds() - startedAt < bounds.milliseconds { return true }
        return bounds.roles.contains { deaths(of: $0) < bounds.deathsMin }
    }

    /// Rounds of a put, a get and a deletion, each through another node.
    private func work(_ worker: Int) async {
        var round = 0
        while goesOn {
            let key = "\(Self.prefix)\(worker)/\(round)"
            let value = "value \(round) of \(worker)"
            let node = worker + round
            let began = Clock.milliseconds()
            await put(key, value, node)
            await check(key, node + 1)
            // Some stay, to be looked for at the end.
            let isKept = round % 4 == 0
            if !isKept {
                await delete(key, node + 2)
                await check(key, node + 3)
            }
            let took = Clock.milliseconds() - began
            let rest = isKept ? "kept" : "deleted at \(name(node + 2))"
            say("\(key): put at \(name(node)), read at \(name(node + 1)), \(rest): \(took) ms")
            round += 1
            try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
    }

    private func put(_ key: String, _ value: String, _ node: Int) async {
        await change(key) { () async throws(ClientError) in
            _ = try await self.client(node).put(key, value)
        } then: {
            $0.model[key] = value
        }
    }

    private func delete(_ key: String, _ node: Int) async {
        await change(key) { () async throws(ClientError) in
            _ = try await self.client(node).delete(key)
        } then: {
            $0.model[key] = nil
        }
    }

    /// Does a change that is done once at most. If nobody can say whether it was, the key is left alone.
    private func change(
        _ key: String, _ operation: () async throws(ClientError) -> Void,
        then note: (inout Ledger) -> Void
    ) async {
        do throws(ClientError) {
            try await timed(operation)
            ledger.withLock { note(&$0) }
        } catch {
            ledger.withLock { ledger in
                ledger.uncertain.insert(key)
                if error.isDefinite { ledger.failure = error }
            }
            say("\(key): \(error)")
        }
    }

    /// Reads a key and compares it with what this demo knows: only one worker writes it.
    private func check(_ key: String, _ node: Int) async {
        guard ledger.withLock({ !$0.uncertain.contains(key) && $0.failure == nil }) else { return }
        do throws(ClientError) {
            let found = try await timed { () async throws(ClientError) in
                try await self.client(node).get(key)?.valueText
            }
            let expected = ledger.withLock { $0.model[key] }
            if found == expected { return }
            ledger.withLock { $0.wrong += 1 }
            say("\(key): WRONG: \(found ?? "nothing") instead of \(expected ?? "nothing")")
        } catch {
            ledger.withLock { $0.failure = error }
            say("\(key): \(error)")
        }
    }

    private func timed<Result>(
        _ operation: () async throws(ClientError) -> Result
    ) async throws(ClientError) -> Result {
        let began = Clock.milliseconds()
        let result = try await operation()
        let took = Clock.milliseconds() - began
        ledger.withLock { ledger in
            ledger.operations += 1
            ledger.longestMilliseconds = max(ledger.longestMilliseconds, took)
        }
        return result
    }

    // MARK: Deaths

    /// Asks the nodes how their roles are, and prints who has died.
    private func watchDeaths() async {
        while goesOn {
            for node in endpoints.indices { await askRoles(of: node) }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func askRoles(of node: Int) async {
        guard let roles = try? await clients[node].roles(at: endpoints[node]) else { return }
        for state in roles {
            let known = ledger.withLock { ledger in
                defer { ledger.deaths[node][state.role] = state.deaths }
                return ledger.deaths[node][state.role] ?? 0
            }
            guard state.deaths > known else { continue }
            say("\(names[node]): the \(state.role) has died, \(state.deaths) times by now")
        }
    }

    private func deaths(of role: String) -> UInt64 {
        ledger.withLock { $0.deaths.reduce(0) { $0 + ($1[role] ?? 0) } }
    }

    // MARK: The end

    /// Each node must hold what the model holds.
    private func compareAll() async {
        let (model, uncertain) = ledger.withLock { ($0.model, $0.uncertain) }
        for node in endpoints.indices {
            guard let result = try? await client(node).get(.prefix(Array(Self.prefix.utf8))) else {
                ledger.withLock { $0.wrong += 1 }
                say("\(names[node]) cannot be read")
                continue
            }
            let pairs = result.pairs.map { ($0.keyText, $0.valueText) }
            let stored = Dictionary(pairs) { $1 }.filter { !uncertain.contains($0.key) }
            let isRight = stored == model.filter { !uncertain.contains($0.key) }
            if !isRight { ledger.withLock { $0.wrong += 1 } }
            say("\(names[node]) holds \(stored.count) keys" + (isRight ? "" : "  DIFFERENT"))
        }
    }

    private func verdict() -> ExitCode {
        let ledger = ledger.withLock { $0 }
        for role in bounds.roles { say("the \(role) died \(deaths(of: role)) times") }
        let isDone = ledger.wrong == 0 && ledger.failure == nil && !Task.isCancelled
        let words =
            ledger.failure.map { "CANNOT GO ON: \($0)" }
            ?? (ledger.wrong == 0 ? "all as it must be" : "\(ledger.wrong) WRONG")
        Console.line(
            "\(ledger.operations) operations through \(endpoints.count) nodes, "
                + "\(ledger.uncertain.count) of unknown outcome, the longest "
                + "\(ledger.longestMilliseconds) ms: \(words)")
        return isDone ? .success : .failed
    }

    private func say(_ text: String) {
        let tenths = (Clock.milliseconds() - startedAt) / 100
        Console.line("\(tenths / 10).\(tenths % 10)s  \(text)")
    }

    private func client(_ node: Int) -> Client { clients[node % clients.count] }
    private func name(_ node: Int) -> String { names[node % names.count] }
}
