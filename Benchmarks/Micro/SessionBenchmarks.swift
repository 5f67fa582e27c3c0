import EtcdMessages
import StateMachine

/// What a session costs: commands into a bundle and through the state machine, with and without one.
enum SessionBenchmarks {
    static func all() -> [Benchmark] {
        [
            benchmark("session: bundle and apply 64 puts, none", isInSession: false),
            benchmark("session: bundle and apply 64 puts, one", isInSession: true),
        ]
    }

    private static func benchmark(_ name: String, isInSession: Bool) -> Benchmark {
        let table = SessionTable(isInSession: isInSession)
        return Benchmark(name, operationsPerCall: Samples.commandsPerBatch) { table.applyNext() }
    }
}

/// A state machine with some keys and one session, and puts that overwrite them.
private final class SessionTable {
    private let state = ReplicatedState()
    private let requests = (0..<Samples.commandsPerBatch * 64).map { Samples.put($0) }
    private var session: UInt64?
    private var slot: UInt64 = 0
    private var sequence: UInt64 = 0

    init(isInSession: Bool) {
        guard isInSession else { return }
        var writer = BundleWriter()
        begin(&writer)
        sequence += 1
        [UInt8]().withUnsafeBytes {
            writer.append(.registerSession, sequence: sequence, request: $0)
        }
        apply(writer.finish()) { outcome in
            guard case .registerSession(let response) = outcome else { return }
            session = response.session
        }
    }

    func applyNext() {
        var writer = BundleWriter()
        begin(&writer)
        for _ in 0..<Samples.commandsPerBatch {
            sequence += 1
            let inSession = session.map { ClientSession(id: $0, sequence: sequence) }
            requests[Int(sequence) % requests.count].withUnsafeBytes {
                writer.append(.put, sequence: sequence, session: inSession, request: $0)
            }
        }
        apply(writer.finish()) { keep($0) }
    }

    private func begin(_ writer: inout BundleWriter) {
        writer.begin(origin: Samples.origin, lowWater: sequence, capacity: 20_000)
    }

    private func apply(_ payload: [UInt8], onOutcome: (Outcome) -> Void) {
        slot += 1
        _ = state.apply(
            slot: slot, batchPayload: payload, logTimeMilliseconds: slot,
            localOrigin: Samples.origin
        ) { _, _, outcome in onOutcome(outcome) }
    }
}
