internal import Basics
internal import EtcdMessages
internal import MVCC
internal import Protobuf
internal import Replication
internal import StateMachine
internal import Watching

/// The hash of what this node has up to a revision: the state at the compacted revision, and each change above it, in
/// order. Members with the same compacted revision have the same hash, whatever of it is in memory.
///
/// It reads as clients do, in pages and by a watch, so that nobody waits for it.
final class StoreHash {
    private let calls: StoreCalls
    private let wanted: Int64
    private let isWanted: () -> Bool
    private let completion: StoreCalls.Completion<HashKVResponse>
    private var hash: UInt32 = 0
    private var compacted: Int64 = 0
    private var revision: Int64 = 0
    private var stream: WatchStream?

    /// - Parameters:
    ///   - revision: 0: the newest one.
    ///   - isWanted: whether anybody still waits for the answer.
    init(
        _ calls: StoreCalls, revision: Int64, isWanted: @escaping () -> Bool,
        completion: @escaping StoreCalls.Completion<HashKVResponse>
    ) {
        self.calls = calls
        wanted = revision
        self.isWanted = isWanted
        self.completion = completion
    }

    private var keyspace: Keyspace { calls.replica.machine.keyspace }

    /// Calls back once, at once or later. It begins anew when somebody compacts meanwhile.
    func begin() {
        compacted = keyspace.compactedRevision
        revision = wanted > 0 ? wanted : keyspace.revision
        hash = CRC32C.checksum(Array("key".utf8))
        if wanted > 0, wanted <= compacted {
            return end(.failure(CallFailure(EtcdError.compacted)))
        }
        if wanted > keyspace.revision {
            return end(.failure(CallFailure(EtcdError.futureRevision)))
        }
        if compacted > 0 { page(from: [0]) } else { follow() }
    }

    private func add(_ bytes: [UInt8]) { hash = CRC32C.checksum(bytes, seed: hash) }

    /// A page of the state at the compacted revision.
    private func page(from key: [UInt8]) {
        let request = RangeRequest.with {
            $0.key = key
            $0.rangeEnd = [0]
            $0.revision = compacted
            $0.limit = Limits.hashedPairsPerPage
        }
        calls.rangeHere(request) { [self] result in
            switch result {
            case .failure(.compacted): begin()
            case .failure(let error): end(.failure(CallFailure(error)))
            case .success(let response):
                for pair in response.kvs { add(pair.serializedBytes()) }
                guard response.more, let last = response.kvs.last else { return follow() }
                calls.afterThisTurn { [self] in
                    if isWanted() { page(from: last.key + [0]) } else { giveUp() }
                }
            }
        }
    }

    /// The changes above the compacted revision.
    private func follow() {
        let start = max(compacted, 0) + 1
        // The first revision of all has no change.
        guard revision >= max(start, 2) else { return finish() }
        let stream = calls.replica.watches.makeStream()
        self.stream = stream
        stream.onOutput = { [weak self] in self?.take() }
        stream.create(
            .with {
                $0.key = [0]
                $0.rangeEnd = [0]
                $0.startRevision = start
            })
        calls.keep(self)
    }

    private func take() {
        while let stream, let output = stream.next() {
            guard isWanted() else { return giveUp() }
            switch output {
            case .answer(let response):
                if let refusal = response.watchRefusal { return end(.failure(refusal)) }
                guard response.canceled else { continue }
                close()
                return calls.afterThisTurn { [self] in begin() }
            case .events(let response):
                let decoded = try? WatchResponse(serializedBytes: response.serializedBytes())
                guard let decoded else { preconditionFailure("a response that is not one") }
                let isLast = add(decoded.events)
                if isLast { return finish() }
            }
        }
    }

    /// Whether the revision was reached.
    private func add(_ events: [Event]) -> Bool {
        for event in events where event.kv.modRevision <= revision { add(event.serializedBytes()) }
        return events.last.map { $0.kv.modRevision >= revision } ?? false
    }

    private func finish() {
        end(
            .success(
                .with {
                    $0.header = .current(of: calls.replica)
                    $0.hash = hash
                    $0.compactRevision = compacted
                    $0.hashRevision = revision
                }))
    }

    private func giveUp() { end(.failure(CallFailure(EtcdError.requestCanceled))) }

    private func end(_ result: Result<HashKVResponse, CallFailure>) {
        close()
        completion(result)
    }

    private func close() {
        guard let stream else { return }
        self.stream = nil
        stream.end()
        calls.letGo(self)
    }
}
