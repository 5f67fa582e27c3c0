internal import Histories
internal import SynodClient

/// One action of a history as a call to the cluster.
struct TortureCall {
    let client: Client
    /// The one node that a read asks; nil for any.
    let endpoint: Endpoint?

    /// Does it. Nil if it was done, but the answer does not say enough.
    func perform(_ action: Action) async throws(ClientError) -> Answer? {
        switch action {
        case .get(let key, let reading): return try await get(key, reading)
        case .put(let key, let value):
            return Answer(revision: try await client.put(key, value).info.revision, .put)
        case .delete(let key):
            let result = try await client.delete(.key(key))
            return Answer(revision: result.info.revision, .deleted(result.deleted > 0))
        case .append(let key, let token):
            let result = try await client.append(key, token)
            return Answer(
                revision: result.info.revision, .appended(result.current.map(Pair.init)))
        case .compareAndSet(let key, let expected, let value):
            let result = try await client.txn(
                compare: [Self.comparison(key, expected.map { .holds($0) } ?? .isAbsent)],
                success: [.put(key: key, value: value)])
            return Answer(revision: result.info.revision, .swapped(result.succeeded))
        case .transaction(let transaction): return try await execute(transaction)
        }
    }

    private func get(_ key: [UInt8], _ reading: Reading) async throws(ClientError) -> Answer {
        var options = GetOptions()
        switch reading {
        case .linearizable: break
        case .sequential: options.consistency = .serializable
        case .atRevision(let revision): options.revision = revision
        }
        let result: GetResult
        if let endpoint {
            result = try await client.get(.key(key), options, endpoint: endpoint)
        } else {
            result = try await client.get(.key(key), options)
        }
        return Answer(revision: result.info.revision, .read(result.pairs.first.map(Pair.init)))
    }

    private func execute(_ transaction: Transaction) async throws(ClientError) -> Answer? {
        let result = try await client.txn(
            compare: transaction.conditions.map { Self.comparison($0.key, $0.test) },
            success: transaction.success.map(Self.operation),
            failure: transaction.failure.map(Self.operation))
        let steps = transaction.steps(succeeded: result.succeeded)
        guard result.results.count == steps.count else { return nil }
        let outcomes = result.results.map { result -> Answer.StepOutcome in
            switch result {
            case .get(let get): .read(get.pairs.first.map(Pair.init))
            case .delete(let deletion): .deleted(deletion.deleted > 0)
            case .put, .transaction: .put
            }
        }
        return Answer(
            revision: result.info.revision,
            .transaction(succeeded: result.succeeded, outcomes))
    }

    private static func comparison(
        _ key: [UInt8], _ test: Transaction.Condition.Test
    ) -> Compare {
        switch test {
        case .holds(let value): Compare(.key(key), .equal, .value(value))
        case .isAbsent: .isAbsent(key)
        case .exists: .exists(key)
        case .modRevision(let revision): Compare(.key(key), .equal, .modRevision(revision))
        }
    }

    private static func operation(_ step: Transaction.Step) -> SynodClient.Operation {
        switch step {
        case .get(let key): .get(.key(key))
        case .put(let key, let value): .put(key: key, value: value)
        case .delete(let key): .delete(.key(key))
        }
    }
}

extension Pair {
    /// A stored pair as the client library shows it.
    init(_ pair: KeyValue) {
        self.init(
            value: pair.value, createRevision: pair.createRevision, modRevision: pair.modRevision,
            version: pair.version)
    }
}
