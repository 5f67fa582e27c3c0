import EtcdMessages
import GRPC
import Protobuf
import Testing
import Transport

@testable import EtcdAPI

/// What a Kubernetes API server asks of its store, in its own form: transactions guarded by `mod_revision`, lists in
/// pages of one revision, one watch of everything, and a compactor that shares a key with those of the others.
final class KubernetesServer {
    static let prefix = "/registry/pods/"
    static let compactKey = Array("compact_rev_key".utf8)
    static var range: RangeRequest {
        .with { ($0.key, $0.rangeEnd) = (Array(prefix.utf8), Array("/registry/pods0".utf8)) }
    }

    let harness: DoorHarness
    /// How many compactions it knows of, and the revision of its last look at them.
    private(set) var compactTime: Int64 = 0
    private(set) var compactRevision: Int64 = 0

    init(_ harness: DoorHarness) { self.harness = harness }

    // MARK: Objects

    private static func key(_ name: String) -> [UInt8] { Array((prefix + name).utf8) }

    /// `revision` 0: the object must not be there.
    private func guarded(_ name: String, at revision: Int64, _ operation: RequestOp) -> TxnRequest {
        let key = Self.key(name)
        let get = RequestOp.with { $0.requestRange.key = key }
        return TxnRequest.with {
            $0.compare = [.with { ($0.target, $0.key, $0.modRevision) = (.mod, key, revision) }]
            $0.success = [operation]
            $0.failure = [get]
        }
    }

    /// Writes an object that has not been written since, or tells what it is now.
    func write(
        _ name: String, _ value: String, over revision: Int64, lease: Int64 = 0
    ) throws -> Result<Int64, Conflict> {
        let put = PutRequest.with {
            ($0.key, $0.value, $0.lease) = (Self.key(name), Array(value.utf8), lease)
        }
        return try run(guarded(name, at: revision, RequestOp.with { $0.requestPut = put }))
    }

    func delete(_ name: String, at revision: Int64) throws -> Result<Int64, Conflict> {
        let delete = DeleteRangeRequest.with { $0.key = Self.key(name) }
        return try run(
            guarded(name, at: revision, RequestOp.with { $0.requestDeleteRange = delete }))
    }

    private func run(_ request: TxnRequest) throws -> Result<Int64, Conflict> {
        let response: TxnResponse = try harness.call(KVMethods.txn, request)
        if response.succeeded { return .success(response.header.revision) }
        #expect(response.responses.count == 1)
        return .failure(Conflict(pair: response.responses[0].responseRange.kvs.first))
    }

    /// The object as it is; nil if it is not there.
    struct Conflict: Error, Equatable {
        let pair: KeyValue?
    }

    // MARK: Lists

    /// All objects in pages of one revision, which the first page tells; `between` runs after each page.
    func list(pageSize: Int64, between: () throws -> Void) throws -> (pairs: [KeyValue], at: Int64)
    {
        var request = Self.range
        request.limit = pageSize
        var pairs: [KeyValue] = []
        var total: Int64?
        while true {
            let page: RangeResponse = try harness.call(KVMethods.range, request)
            if request.revision == 0 { request.revision = page.header.revision }
            pairs += page.kvs
            // What is left is told to whoever lists: all of it, but for what came before.
            total = total ?? page.count
            #expect(page.count == (total ?? 0) - Int64(pairs.count - page.kvs.count))
            guard page.more, let last = page.kvs.last else { return (pairs, request.revision) }
            request.key = last.key + [0]
            try between()
        }
    }

    // MARK: Compaction

    /// The request by which one of the compactors wins a round.
    private func claim(_ revision: Int64) -> TxnRequest {
        let key = Self.compactKey
        return TxnRequest.with {
            $0.compare = [.with { ($0.target, $0.key, $0.version) = (.version, key, compactTime) }]
            $0.success = [
                .with {
                    ($0.requestPut.key, $0.requestPut.value) = (key, Array("\(revision)".utf8))
                }
            ]
            $0.failure = [.with { $0.requestRange.key = key }]
        }
    }

    /// A round of several compactors at once: all claims are on their way before one is answered. Tells who won.
    static func compact(_ servers: [KubernetesServer]) throws -> [Bool] {
        var answers: [Int: Result<[UInt8], GRPCFailure>] = [:]
        for (index, server) in servers.enumerated() {
            let claim = server.claim(server.compactRevision).serializedBytes()
            server.harness.client.unary(KVMethods.txn, claim) { answers[index] = $0 }
        }
        #expect(servers[0].harness.run { answers.count == servers.count })
        return try servers.enumerated().map { index, server in
            let bytes = try #require(answers[index]).get()
            return try server.finish(TxnResponse(serializedBytes: bytes))
        }
    }

    private func finish(_ response: TxnResponse) throws -> Bool {
        defer { compactRevision = response.header.revision }
        guard response.succeeded else {
            let pair = try #require(response.responses.first?.responseRange.kvs.first)
            compactTime = pair.version
            return false
        }
        compactTime += 1
        guard compactRevision > 0 else { return true }
        let request = CompactionRequest.with { $0.revision = compactRevision }
        let _: CompactionResponse = try harness.call(KVMethods.compact, request)
        return true
    }
}
