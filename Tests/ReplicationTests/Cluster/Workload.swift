import EtcdMessages
import Histories
import Protobuf
import Replication
import StateMachine

/// Clients that write and read through all nodes, one operation at a time each, and remember everything.
final class Workload {
    private let cluster: Cluster
    private let keyCount: Int
    private let thinkMicroseconds: ClosedRange<UInt64>
    private(set) var operations: [Operation] = []
    private var isOver = false

    init(
        _ cluster: Cluster, clients: Int, keyCount: Int = 10,
        thinkMicroseconds: ClosedRange<UInt64> = 200...16_000
    ) {
        self.cluster = cluster
        self.keyCount = keyCount
        self.thinkMicroseconds = thinkMicroseconds
        for _ in 0..<clients { continueLater() }
    }

    /// No client asks for anything new.
    func stop() { isOver = true }

    /// Whether every operation at a process that still lives has ended.
    var isQuiet: Bool {
        !operations.contains { $0.ending == .waiting && isAlive($0) }
    }

    private func isAlive(_ operation: Operation) -> Bool {
        let node = cluster.nodes[operation.node]
        return node.life == operation.life && node.replica != nil
    }

    private func continueLater() {
        cluster.timeline.after(cluster.random(in: thinkMicroseconds)) { [unowned self] in
            if !isOver { ask() }
        }
    }

    private func ask() {
        let index = Int(cluster.random(in: 0...UInt64(cluster.nodes.count - 1)))
        let key = Int(cluster.random(in: 0...UInt64(keyCount - 1)))
        switch cluster.random(in: 0...9) {
        case 0...4: begin(.append(key: key), at: index)
        case 5: begin(.put, at: index)
        default: begin(.read(key: key), at: index)
        }
    }

    /// Begins an operation at a node; a dead one refuses the connection, and the client goes on.
    func begin(_ kind: Operation.Kind, at index: Int) {
        let node = cluster.nodes[index]
        guard let replica = node.replica else { return continueLater() }
        let number = operations.count
        let token = Array("<\(number)>".utf8)
        operations.append(
            Operation(
                kind: kind, token: token, node: index, life: node.life,
                begunAt: cluster.timeline.nowMicroseconds))
        giveUpWithTheProcess(number)
        switch kind {
        case .append(let key):
            let request = ReadModifyWriteRequest.with {
                $0.key = Operation.key(key)
                $0.append = token
            }
            replica.propose(.readModifyWrite, request: request.serializedBytes()) {
                [unowned self] in end(number, $0)
            }
        case .put:
            let request = PutRequest.with {
                $0.key = token
                $0.value = token
            }
            replica.propose(.put, request: request.serializedBytes()) {
                [unowned self] in end(number, $0)
            }
        case .read(let key):
            replica.read { [unowned self] in end(number, key, $0, replica) }
        }
        node.requestTurn()
    }

    /// A client whose server dies learns nothing and asks the next one.
    private func giveUpWithTheProcess(_ number: Int) {
        cluster.timeline.after(20_000) { [unowned self] in
            guard operations[number].ending == .waiting else { return }
            if isAlive(operations[number]) { return giveUpWithTheProcess(number) }
            finish(number, .unknown)
        }
    }

    private func end(_ number: Int, _ result: ProposalResult) {
        operations[number].answers += 1
        switch result {
        case .applied(.put(let response)):
            finish(number, .written(revision: response.header.revision))
        case .applied(.readModifyWrite(let response)):
            let value = response.current.value
            if !value.suffix(operations[number].token.count).elementsEqual(
                operations[number].token)
            {
                cluster.note("an append's answer does not end with what was appended")
            }
            finish(number, .written(revision: response.header.revision))
        case .applied(let outcome):
            cluster.note("a write came to \(outcome)")
        case .refused:
            finish(number, .refused)
        case .unknown:
            finish(number, .unknown)
        }
    }

    private func end(_ number: Int, _ key: Int, _ result: ReadResult, _ replica: Replica) {
        operations[number].answers += 1
        guard result == .ready else { return finish(number, .refused) }
        do throws(KVError) {
            let response = try replica.machine.range(
                RangeRequest.with { $0.key = Operation.key(key) })
            finish(
                number,
                .seen(
                    pair: response.kvs.first.map(Pair.init),
                    revision: response.header.revision))
        } catch {
            cluster.note("a read failed: \(error)")
        }
    }

    private func finish(_ number: Int, _ ending: Operation.Ending) {
        guard operations[number].ending == .waiting else { return }
        operations[number].ending = ending
        operations[number].endedAt = cluster.timeline.nowMicroseconds
        continueLater()
    }
}
