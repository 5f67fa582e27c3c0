import LogTesting
import Observability
import StateMachine
import Simulation
import Testing
import WriteAheadLog

@testable import Replication

/// What recovery makes of a store's state and of the log behind it.
@Suite("Recovery from a store and a log")
struct RecoveryTests {
    @Test("a state from the store is taken up, and only the slots above it are replayed")
    func stateFromStore() throws {
        let cluster = World.formed(seed: 11, tune: { $0.nodeCount = 1 })
        let node = cluster.machines[0]
        cluster.mustPut("early", [1], at: node)
        let early = try recovered(node, MemoryStorage()).machine
        cluster.mustPut("late", [2], at: node)

        // A slot that were applied twice, or left out, would trap.
        let continued = try recovered(node, FixedStorage { early }).machine
        let replayed = try recovered(node, MemoryStorage()).machine
        #expect(continued === early)
        #expect(continued.appliedSlot == replayed.appliedSlot)
        #expect(continued.digest() == replayed.digest())
        #expect(cluster.breaches == [])
    }

    @Test("a store that cannot be read is refused, never taken for an empty one")
    func unreadableStore() {
        let cluster = World.formed(seed: 12, tune: { $0.nodeCount = 1 })
        let storage = FixedStorage { () throws(StorageError) in throw StorageError("rotten") }
        #expect(throws: RecoveryError.disk(DiskError("rotten"))) {
            try recovered(cluster.machines[0], storage)
        }
    }

    private func recovered(
        _ node: SimMachine, _ storage: any StorageEngine
    ) throws -> RecoveredParts {
        let disk = ForgetfulDisk()
        for number in node.storage.numbers {
            disk.replace(number, with: node.storage.contents(number))
        }
        return try Recovery.run(
            disk: disk, storage: storage, identity: node.identity, nonce: 1,
            options: LogOptions(segmentBytes: 64 << 10),
            logger: Logger(component: "test", sink: .silent), saveIdentity: { _ in })
    }
}

/// An engine that gives what it is told to.
private final class FixedStorage: StorageEngine {
    private let state: () throws(StorageError) -> ReplicatedState

    init(_ state: @escaping () throws(StorageError) -> ReplicatedState) { self.state = state }

    func restoredState() throws(StorageError) -> ReplicatedState { try state() }
}
