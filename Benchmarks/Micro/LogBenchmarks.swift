import Paxos
import WriteAheadLog

/// Staging and sealing a record in the log, over a disk that takes no time.
enum LogBenchmarks {
    static func all() -> [Benchmark] {
        [
            benchmark("log: append, 64 in a record", Samples.batch(), commands: 64),
            benchmark(
                "log: append, 1 in a record",
                .batch(
                    Value.Batch(
                        logTimeMilliseconds: 1,
                        payload: Samples.bundle([Samples.put(1)], first: 1))),
                commands: 1),
        ]
    }

    private static func benchmark(_ name: String, _ value: Value, commands: Int) -> Benchmark {
        let disk = InstantDisk()
        let log = startedLog(disk)
        var box: UInt64 = 0
        return Benchmark(name, operationsPerCall: commands) {
            box += 1
            let accepted = AcceptedValue(slot: Slot(box), ballot: Samples.ballot, value: value)
            log.append([.accepted(accepted)], boxNumber: box)
            log.flush(nowMilliseconds: box)
            log.drainCompletions(nowMilliseconds: box)
        }
    }

    private static func startedLog(_ disk: InstantDisk) -> WriteAheadLog {
        let identity = Identity(
            replica: ReplicaID(1), memberName: "n1", clusterTokenHash: 5,
            incarnation: Incarnation(11), salt: 0x5a17)
        do throws(RecoveryError) {
            let recovered = try LogRecovery.run(
                disk: disk, identity: identity, deliver: { _ in })
            let log = WriteAheadLog(
                disk: disk, identity: identity, recovered: recovered, nonce: 1)
            log.start()
            while !log.isStarted { log.drainCompletions(nowMilliseconds: 0) }
            return log
        } catch {
            preconditionFailure("an empty disk is recovered: \(error)")
        }
    }
}

/// A disk that completes everything at once and keeps nothing.
private final class InstantDisk: Disk {
    private var completions: [DiskCompletion] = []

    func segments() throws(DiskError) -> [SegmentFile] { [] }

    func read(
        segment: UInt64, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(DiskError) -> Int { 0 }

    func former(of segment: UInt64) throws(DiskError) -> [UInt8]? { nil }

    func rewrite(
        segment: UInt64, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(DiskError) {}

    func submit(_ operation: DiskOperation, ticket: UInt64) {
        let outcome: DiskOutcome
        switch operation {
        case .write: outcome = .written(nanoseconds: 0)
        case .prepare, .prepareLarger: outcome = .prepared(.zeros)
        case .reserve: outcome = .reserved
        case .remove: outcome = .removed
        case .scan: outcome = .scanned(.success([]))
        }
        completions.append(DiskCompletion(ticket: ticket, outcome: outcome))
    }

    func takeCompletions() -> [DiskCompletion] {
        defer { completions.removeAll(keepingCapacity: true) }
        return completions
    }

    func hurryPreparation() {}
}
