internal import EtcdMessages
package import Histories
internal import MVCC
internal import Protobuf
internal import Replication
internal import StateMachine

/// Clients that write and read through all nodes, one operation at a time each, and everything that they
/// asked for and were told.
package final class Workload {
    let world: World
    private(set) var operations: [RecordedOperation] = []
    package private(set) var endedCount = 0
    package private(set) var doneCount = 0
    /// Requests and answers that are lost between clients and nodes, in a thousand.
    package var lossPerMille: UInt64 = 0
    private(set) var isOver = false
    /// How much longer clients think than usual.
    package var slowness: UInt64 = 1
    private var clients: [SimClient] = []
    var dice: Dice
    /// The highest revision that any client has seen.
    private(set) var newestRevision: Int64 = 1

    package init(_ world: World) {
        self.world = world
        dice = Dice(seed: world.seed, concern: "workload")
        clients = (0..<world.knobs.clientCount).map { SimClient($0, of: self) }
    }

    package func start() {
        for client in clients { client.continueLater() }
        compactLater()
    }

    /// No client asks for anything new.
    package func stop() { isOver = true }

    /// Whether every client has its answer, or has given up.
    package var isQuiet: Bool { endedCount == operations.count }

    /// What happened so far and what these machines hold now, as the checkers of histories take it.
    package func history(heldBy machines: [SimMachine]) -> History {
        History(operations: operations, views: machines.compactMap(view))
    }

    private func view(of machine: SimMachine) -> NodeView? {
        guard let state = machine.process?.replica?.machine else { return nil }
        let entries = keys.compactMap { key -> NodeView.Entry? in
            let found = try? state.range(RangeRequest.with { $0.key = key }).kvs.first
            return found.map { NodeView.Entry(key: key, pair: Answers.pair($0)) }
        }
        return NodeView(node: machine.index, revision: state.keyspace.revision, entries: entries)
    }

    /// A process has ended.
    func processEnded() {
        for client in clients { client.processEnded() }
    }

    // MARK: For clients

    func begin(_ operation: RecordedOperation) -> Int {
        operations.append(operation)
        world.trace.note(
            .begin, node: operation.node, UInt64(operations.count - 1), UInt64(operation.client),
            "operation \(operations.count - 1) of client \(operation.client): "
                + OperationText.action(operation.action))
        return operations.count - 1
    }

    func retry(_ number: Int) { operations[number].attempts += 1 }

    func end(_ number: Int, _ ending: Ending) {
        operations[number].end(ending, atNanoseconds: world.timeline.nowNanoseconds)
        endedCount += 1
        var revision: Int64 = 0
        if case .done(let answer) = ending {
            doneCount += 1
            revision = answer.revision
            newestRevision = max(newestRevision, revision)
        }
        world.trace.note(
            .end, node: operations[number].node, UInt64(number), UInt64(bitPattern: revision),
            "operation \(number): \(OperationText.ending(ending))")
    }

    /// The keys of all operations, in byte order.
    var keys: [[UInt8]] {
        (0..<world.knobs.keyCount).map { key($0) }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Each key is of one kind: appended to, or written.
    func key(_ number: Int) -> [UInt8] {
        Array((isList(number) ? "list/\(number)" : "key/\(number)").utf8)
    }

    func isList(_ number: Int) -> Bool { number % 3 == 0 }

    // MARK: Compaction

    private func compactLater() {
        world.timeline.after(dice.number(in: world.knobs.compactionMicroseconds)) {
            [unowned self] in
            if isOver { return }
            compact()
            compactLater()
        }
    }

    /// Makes what was long ago unreadable, at whatever node is there.
    private func compact() {
        let machine = dice.one(of: world.machines)
        let kept = Int64(dice.number(in: 0...200))
        guard let process = machine.process, let replica = process.replica,
            newestRevision > kept + 1
        else { return }
        let request = CompactionRequest.with { $0.revision = newestRevision - kept }
        replica.propose(
            .compaction, credentials: replica.rootCredentials,
            request: request.serializedBytes()
        ) { _ in }
        process.requestTurn()
    }
}
