import EtcdMessages
import Protobuf
import Replication
import Simulation
import StateMachine
import Testing

/// Calls as the doors make them.
extension World {
    @discardableResult
    func put(_ key: String, _ value: [UInt8] = [1], at node: SimMachine) -> Answer<ProposalResult> {
        let request = PutRequest.with {
            $0.key = Array(key.utf8)
            $0.value = value
        }
        return propose(.put, request.serializedBytes(), at: node)
    }

    @discardableResult
    func append(
        _ key: String, _ suffix: String, session: ClientSession? = nil, at node: SimMachine
    ) -> Answer<ProposalResult> {
        let request = ReadModifyWriteRequest.with {
            $0.key = Array(key.utf8)
            $0.append = Array(suffix.utf8)
        }
        return propose(.readModifyWrite, request.serializedBytes(), session: session, at: node)
    }

    /// Registers a session; nil if that fails.
    func registerSession(at node: SimMachine) -> UInt64? {
        let answer = wait(propose(.registerSession, [], at: node))
        guard case .applied(.registerSession(let response)) = answer else { return nil }
        return response.session
    }

    func propose(
        _ kind: CommandKind, _ request: [UInt8], session: ClientSession? = nil, at node: SimMachine
    ) -> Answer<ProposalResult> {
        let answer = Answer<ProposalResult>()
        node.replica?.propose(kind, session: session, request: request) { answer.take($0) }
        node.process?.requestTurn()
        return answer
    }

    func read(at node: SimMachine) -> Answer<ReadResult> {
        let answer = Answer<ReadResult>()
        node.replica?.read { answer.take($0) }
        node.process?.requestTurn()
        return answer
    }

    /// Waits for one answer; nil if it does not come.
    func wait<Value>(_ answer: Answer<Value>, milliseconds: UInt64 = 3000) -> Value? {
        timeline.run(milliseconds: milliseconds) { answer.count > 0 }
        return answer.value
    }

    /// Puts until it is acknowledged, for tests that only need the data to be there.
    func mustPut(_ key: String, _ value: [UInt8] = [1], at node: SimMachine) {
        for _ in 0..<20 {
            if case .applied(.put) = wait(put(key, value, at: node)) { return }
            timeline.run(milliseconds: 20)
        }
        Issue.record("\(key) could not be put at \(node.name)")
    }

    /// What a node's state holds now, linearizable or not.
    func value(_ key: String, at node: SimMachine) -> [UInt8]? {
        let request = RangeRequest.with { $0.key = Array(key.utf8) }
        return try? node.replica?.machine.range(request).kvs.first?.value
    }
}

extension ProposalResult {
    var isApplied: Bool { if case .applied = self { true } else { false } }

    var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }

    var unknown: UnknownCause? { if case .unknown(let cause) = self { cause } else { nil } }
}
