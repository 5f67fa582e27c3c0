internal import SynodClient

/// One run of the demo: the cluster, and the model that its answers are held against.
struct Demo {
    /// All nodes together, for when one does not answer.
    private let all: Client
    /// Each node by itself.
    private let clients: [Client]
    private let endpoints: [Endpoint]
    private let prefix: String
    private var model: [String: String] = [:]
    private var differences = 0
    private var operations = 0
    /// How often an uncertain operation is done again before the demo gives up.
    private static let triesMax = 10
    /// How long one node may take before another one is asked, in ms.
    private static let patienceMilliseconds: UInt64 = 2_000

    /// A demo over the nodes of `client`, each of which is asked by name.
    init(client: Client) {
        all = client
        endpoints = client.endpoints
        var configuration = ClientConfiguration()
        configuration.requestTimeoutMilliseconds = Self.patienceMilliseconds
        clients = endpoints.map { endpoint in
            guard let one = try? Client(endpoints: [endpoint], configuration: configuration) else {
                preconditionFailure("one endpoint is enough")
            }
            return one
        }
        prefix = "demo/\(String(UInt32.random(in: .min ... .max), radix: 16))/"
    }

    /// Does everything. Returns `success` if all results were as they must be.
    mutating func run(populate: Int, operations count: Int) async -> ExitCode {
        defer { for client in clients { client.close() } }
        do throws(ClientError) {
            try await self.populate(populate)
            for index in 0..<count { try await put(index) }
            for index in 0..<count { try await get(index) }
            for index in 0..<count { try await delete(index) }
            try await compareAll()
            _ = try await at(0) { client throws(ClientError) in
                try await client.delete(.prefix(Array(prefix.utf8)))
            }
        } catch {
            Console.complain("the demo cannot go on: \(error)")
            return error.isDefinite ? .unavailable : .unknownOutcome
        }
        let verdict = differences == 0 ? "all as it must be" : "\(differences) DIFFERENCES"
        Console.line("\(operations) operations through \(clients.count) nodes: \(verdict)")
        return differences == 0 ? .success : .failed
    }

    private mutating func populate(_ count: Int) async throws(ClientError) {
        for start in stride(from: 0, to: count, by: Limits.populateCallsInFlight) {
            let batch = start..<min(start + Limits.populateCallsInFlight, count)
            try await populate(batch)
            for index in batch { model[populated(index)] = "\(index)" }
        }
        Console.line("populated \(count) keys under \(prefix)")
    }

    private func populate(_ batch: Range<Int>) async throws(ClientError) {
        let failure = await withTaskGroup(of: ClientError?.self) { group in
            for index in batch {
                group.addTask {
                    do throws(ClientError) {
                        _ = try await at(index) { client throws(ClientError) in
                            try await client.put(populated(index), "\(index)")
                        }
                        return nil
                    } catch { return error }
                }
            }
            var first: ClientError?
            for await error in group where first == nil { first = error }
            return first
        }
        if let failure { throw failure }
    }

    private mutating func put(_ index: Int) async throws(ClientError) {
        let (key, value) = (operated(index), "value \(index)")
        let result = try await at(index) { client throws(ClientError) in
            try await client.put(key, value)
        }
        model[key] = value
        report("PUT", key, index, "revision \(result.info.revision)", isRight: true)
    }

    private mutating func get(_ index: Int) async throws(ClientError) {
        // Another node than the one that wrote it.
        let key = operated(index)
        let pair = try await at(index + 1) { client throws(ClientError) in
            try await client.get(key)
        }
        report(
            "GET", key, index + 1, pair.map { "\"\($0.valueText)\"" } ?? "missing",
            isRight: pair?.valueText == model[key])
    }

    private mutating func delete(_ index: Int) async throws(ClientError) {
        let key = operated(index)
        let deleted = try await at(index + 2) { client throws(ClientError) in
            try await client.delete(key)
        }
        model[key] = nil
        let pair = try await at(index + 1) { client throws(ClientError) in
            try await client.get(key)
        }
        // Done twice after an uncertain first time, a deletion finds nothing; the read decides.
        report("DELETE", key, index + 2, deleted ? "deleted" : "nothing", isRight: pair == nil)
    }

    private mutating func compareAll() async throws(ClientError) {
        for (index, endpoint) in endpoints.enumerated() {
            let result = try await at(index) { client throws(ClientError) in
                try await client.get(.prefix(Array(prefix.utf8)))
            }
            let found = result.pairs.map { ($0.keyText, $0.valueText) }
            let stored = Dictionary(found) { $1 }
            let isRight = stored == model
            if !isRight { differences += 1 }
            Console.line(
                "\(endpoint) holds \(stored.count) keys, the model \(model.count)"
                    + (isRight ? "" : "  DIFFERENT"))
        }
    }

    private mutating func report(
        _ verb: String, _ key: String, _ index: Int, _ result: String, isRight: Bool
    ) {
        operations += 1
        if !isRight { differences += 1 }
        let endpoint = endpoints[index % endpoints.count]
        Console.line("\(verb) \(key) through \(endpoint): \(result)\(isRight ? "" : "  WRONG")")
    }

    /// Does an operation that may be done twice, until it is done: only this demo writes these keys.
    /// The node is asked first; if it cannot answer, any other one is, and a line says so.
    private func at<Result>(
        _ index: Int, _ operation: (Client) async throws(ClientError) -> Result
    ) async throws(ClientError) -> Result {
        let node = index % clients.count
        do throws(ClientError) {
            return try await operation(clients[node])
        } catch {
            guard Self.isPassing(error) else { throw error }
            Console.line(
                "\(endpoints[node]) did not answer (\(error.message)): another node is asked")
        }
        var tries = 1
        while true {
            do throws(ClientError) {
                return try await operation(all)
            } catch {
                tries += 1
                // A definite failure took all the time there was.
                guard Self.isPassing(error), !error.isDefinite, tries < Self.triesMax else {
                    throw error
                }
            }
        }
    }

    /// It may go better another time.
    private static func isPassing(_ error: ClientError) -> Bool {
        error.code == .unavailable || !error.isDefinite
    }

    private func populated(_ index: Int) -> String { "\(prefix)populated/\(index)" }
    private func operated(_ index: Int) -> String { "\(prefix)key-\(index)" }
}
