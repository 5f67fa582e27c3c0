import EtcdMessages
import Protobuf
import StateMachine
import Testing

/// Two replicas that apply the same slots, each with clients of its own. Each command is one slot, and
/// comes from one of the two: a retry may come from the other one.
final class SessionPair {
    let states = [ReplicatedState(), ReplicatedState()]
    /// Whether digests are compared after each slot: it takes time in proportion to the table.
    var comparesDigests = true
    /// The log's time.
    var milliseconds: UInt64 = 0
    private var slot: UInt64 = 0
    private var sequence: UInt64 = 0
    private let origins = [
        Origin(replica: 1, incarnation: 1, boot: 1), Origin(replica: 2, incarnation: 1, boot: 1),
    ]

    var digestsAreEqual: Bool { states[0].digest() == states[1].digest() }

    /// Applies one command that `client`'s node has taken; the outcome is what that node says.
    func run(
        _ kind: CommandKind, _ request: some ProtobufMessage, _ session: ClientSession? = nil,
        at client: Int = 0
    ) -> Outcome {
        run(kind, bytes: request.serializedBytes(), session, at: client)
    }

    /// The same with the bytes of a request.
    func run(
        _ kind: CommandKind, bytes: [UInt8], _ session: ClientSession?, at client: Int = 0
    ) -> Outcome {
        sequence += 1
        var writer = BundleWriter()
        writer.begin(origin: origins[client], lowWater: 0)
        bytes.withUnsafeBytes {
            writer.append(kind, sequence: sequence, session: session, request: $0)
        }
        return apply(writer.finish())
    }

    private func apply(_ batch: [UInt8]) -> Outcome {
        slot += 1
        var outcomes: [Outcome] = []
        for (index, state) in states.enumerated() {
            _ = state.apply(
                slot: slot, batchPayload: batch, logTimeMilliseconds: milliseconds,
                localOrigin: origins[index]
            ) { outcomes.append($2) }
        }
        #expect(outcomes.count == 1)
        if comparesDigests { #expect(digestsAreEqual) }
        return outcomes[0]
    }

    /// Registers a session.
    func register(at client: Int = 0) -> UInt64 {
        guard
            case .registerSession(let response) = run(
                .registerSession, RegisterSessionRequest(), at: client)
        else {
            Issue.record("no session")
            return 0
        }
        return response.session
    }

    func append(
        _ key: String, _ text: String, _ session: ClientSession?, at client: Int = 0
    ) -> Outcome {
        run(.readModifyWrite, ReadModifyWriteRequest.append(key, text), session, at: client)
    }

    func value(_ key: String) -> String? {
        let pairs = try? states[0].range(.make(key)).kvs
        return pairs?.first.map { String(decoding: $0.value, as: UTF8.self) }
    }
}

extension ReadModifyWriteRequest {
    static func append(_ key: String, _ text: String) -> Self {
        .with {
            $0.key = Array(key.utf8)
            $0.append = Array(text.utf8)
        }
    }
}

extension ClientSession {
    init(_ id: UInt64, _ sequence: UInt64) { self.init(id: id, sequence: sequence) }
}
