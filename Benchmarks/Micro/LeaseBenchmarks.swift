import EtcdMessages
import Protobuf
import StateMachine

/// What a key costs that leaves its lease, and one that comes to it: on a lease of few keys, and of very many.
enum LeaseBenchmarks {
    static func all() -> [Benchmark] {
        [
            benchmark("lease: detach and attach, 100 keys on it", keys: 100),
            benchmark("lease: detach and attach, 100,000 keys on it", keys: Samples.keyCount),
        ]
    }

    private static func benchmark(_ name: String, keys: Int) -> Benchmark {
        let table = LeasedKeys(keys)
        return Benchmark(name) { table.moveNext() }
    }
}

/// A state machine whose keys all have one lease.
private final class LeasedKeys {
    private let state = ReplicatedState()
    private let leased: [[UInt8]]
    private let bare: [[UInt8]]
    private var slot: UInt64 = 0
    private var next = 0

    init(_ count: Int) {
        func put(_ number: Int, lease: Int64) -> [UInt8] {
            var request = PutRequest()
            request.key = Samples.key(number)
            request.lease = lease
            return request.serializedBytes()
        }
        leased = (0..<count).map { put($0, lease: Self.lease) }
        bare = (0..<count).map { put($0, lease: 0) }
        var grant = LeaseGrantRequest()
        grant.id = Self.lease
        grant.ttl = 60
        apply(.leaseGrant, [grant.serializedBytes()])
        for start in stride(from: 0, to: count, by: Samples.commandsPerBatch) {
            apply(.put, Array(leased[start..<min(start + Samples.commandsPerBatch, count)]))
        }
    }

    /// Keys from all over the lease, one after another.
    func moveNext() {
        next = (next + 7919) % leased.count
        apply(.put, [bare[next], leased[next]])
    }

    private func apply(_ kind: CommandKind, _ requests: [[UInt8]]) {
        slot += 1
        var writer = BundleWriter()
        writer.begin(origin: Samples.origin, lowWater: sequence + 1, capacity: 20_000)
        for request in requests {
            sequence += 1
            request.withUnsafeBytes { writer.append(kind, sequence: sequence, request: $0) }
        }
        _ = state.apply(
            slot: slot, batchPayload: writer.finish(), logTimeMilliseconds: slot, localOrigin: nil
        ) { _, _, outcome in keep(outcome) }
    }

    private var sequence: UInt64 = 0
    private static let lease: Int64 = 7
}
