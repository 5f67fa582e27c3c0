import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// A replica's state with one origin that sends it commands, one slot each.
final class Machine {
    let state = ReplicatedState()
    let origin = Origin(replica: 7, incarnation: 70, boot: 1)
    var slot: UInt64 = 0
    var sequence: UInt64 = 0

    /// A batch of one bundle with these commands.
    func batch(
        _ commands: [(CommandKind, [UInt8])], session: ClientSession? = nil,
        credentials: Credentials? = nil
    ) -> [UInt8] {
        var writer = BundleWriter()
        writer.begin(origin: origin, lowWater: 0)
        for command in commands {
            sequence += 1
            command.1.withUnsafeBytes {
                writer.append(
                    command.0, sequence: sequence, session: session, credentials: credentials,
                    request: $0)
            }
        }
        return writer.finish()
    }

    func apply(_ batch: [UInt8], wantsOutcomes: Bool = true) -> [Outcome] {
        slot += 1
        var outcomes: [Outcome] = []
        let progress = state.apply(
            slot: slot, batchPayload: batch, logTimeMilliseconds: slot,
            localOrigin: wantsOutcomes ? origin : nil
        ) { outcomes.append($2) }
        #expect(progress == .applied)
        return outcomes
    }

    func run(_ kind: CommandKind, _ request: some ProtobufMessage) -> Outcome {
        apply(batch([(kind, request.serializedBytes())]))[0]
    }

    func put(_ request: PutRequest) -> Outcome { run(.put, request) }

    @discardableResult
    func put(_ key: String, _ value: String) -> Outcome { put(.make(key, value)) }

    func delete(_ key: String, _ end: String = "", prevKv: Bool = false) -> DeleteRangeResponse? {
        guard
            case .deleteRange(let response) = run(
                .deleteRange, DeleteRangeRequest.make(key, end, prevKv))
        else {
            return nil
        }
        return response
    }

    func txn(_ request: TxnRequest) throws -> TxnResponse {
        switch run(.txn, request) {
        case .txn(let response): return response
        case .failed(let error): throw error
        default: throw KVError.malformedCommand
        }
    }

    func compact(_ revision: Int64) -> Outcome {
        run(.compaction, CompactionRequest.with { $0.revision = revision })
    }

    func modify(
        _ key: String, _ operation: ReadModifyWriteRequest.OneOf_Operation
    ) throws -> ReadModifyWriteResponse {
        let request = ReadModifyWriteRequest.with {
            $0.key = Array(key.utf8)
            $0.operation = operation
        }
        switch run(.readModifyWrite, request) {
        case .readModifyWrite(let response): return response
        case .failed(let error): throw error
        default: throw KVError.malformedCommand
        }
    }

    func range(
        _ key: String, _ end: String = "", _ populate: (inout RangeRequest) -> Void = { _ in }
    ) throws -> RangeResponse {
        try state.range(.make(key, end, populate))
    }

    /// The value of `key` now, or nil.
    func value(_ key: String) throws -> String? {
        try range(key).kvs.first.map { String(decoding: $0.value, as: UTF8.self) }
    }
}

extension PutRequest {
    static func make(
        _ key: String, _ value: String, _ populate: (inout PutRequest) -> Void = { _ in }
    ) -> PutRequest {
        var request = PutRequest()
        request.key = Array(key.utf8)
        request.value = Array(value.utf8)
        populate(&request)
        return request
    }
}

extension RangeRequest {
    static func make(
        _ key: String, _ end: String = "", _ populate: (inout RangeRequest) -> Void = { _ in }
    ) -> RangeRequest {
        var request = RangeRequest()
        request.key = Array(key.utf8)
        request.rangeEnd = Array(end.utf8)
        populate(&request)
        return request
    }
}

extension DeleteRangeRequest {
    static func make(_ key: String, _ end: String = "", _ prevKv: Bool = false) -> Self {
        var request = DeleteRangeRequest()
        request.key = Array(key.utf8)
        request.rangeEnd = Array(end.utf8)
        request.prevKv = prevKv
        return request
    }
}

extension RequestOp {
    static func put(
        _ key: String, _ value: String = "v", _ populate: (inout PutRequest) -> Void = { _ in }
    ) -> RequestOp {
        .with { $0.request = .requestPut(.make(key, value, populate)) }
    }

    static func delete(_ key: String, _ end: String = "") -> RequestOp {
        .with { $0.request = .requestDeleteRange(.make(key, end)) }
    }

    static func range(
        _ key: String, _ end: String = "", _ populate: (inout RangeRequest) -> Void = { _ in }
    ) -> RequestOp {
        .with { $0.request = .requestRange(.make(key, end, populate)) }
    }

    static func txn(_ success: [RequestOp], _ failure: [RequestOp] = []) -> RequestOp {
        .txn([], success, failure)
    }

    static func txn(
        _ compare: [Compare], _ success: [RequestOp], _ failure: [RequestOp]
    ) -> RequestOp {
        .with { $0.request = .requestTxn(.make(compare, success, failure)) }
    }
}

extension TxnRequest {
    static func make(
        _ compare: [Compare], _ success: [RequestOp], _ failure: [RequestOp] = []
    ) -> TxnRequest {
        .with {
            $0.compare = compare
            $0.success = success
            $0.failure = failure
        }
    }
}

extension Compare {
    static func make(
        _ key: String, _ target: CompareTarget, _ result: CompareResult,
        _ union: OneOf_TargetUnion
    ) -> Compare {
        .make(key, "", target, result, union)
    }

    static func make(
        _ key: String, _ end: String, _ target: CompareTarget, _ result: CompareResult,
        _ union: OneOf_TargetUnion
    ) -> Compare {
        .with {
            $0.key = Array(key.utf8)
            $0.rangeEnd = Array(end.utf8)
            $0.target = target
            $0.result = result
            $0.targetUnion = union
        }
    }
}
