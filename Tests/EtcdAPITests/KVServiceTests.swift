import EtcdAPI
import EtcdMessages
import GRPC
import Protobuf
import Replication
import Observability
import Testing
import Transport

/// `etcdserverpb.KV` over gRPC: what it answers.
@Suite struct KVServiceTests {
    private func range(_ key: String, _ end: String = "") -> RangeRequest {
        var request = RangeRequest()
        request.key = Array(key.utf8)
        request.rangeEnd = Array(end.utf8)
        return request
    }

    @Test func headersNameTheMemberThatAnswered() throws {
        let harness = try DoorHarness()
        let put = try harness.put("k", "v")
        let node = harness.replica.node
        #expect(put.header.clusterID == node.clusterID)
        #expect(put.header.memberID == node.memberID)
        #expect(put.header.revision == 2)
        #expect(put.header.raftTerm == harness.replica.ballotRound)
        let answer: RangeResponse = try harness.call(KVMethods.range, range("k"))
        #expect(answer.header == put.header)
    }

    @Test func putGetAndDeleteAgree() throws {
        let harness = try DoorHarness()
        try harness.put("k", "one")
        var again = PutRequest()
        again.key = Array("k".utf8)
        again.value = Array("two".utf8)
        again.prevKv = true
        let second: PutResponse = try harness.call(KVMethods.put, again)
        #expect(second.prevKv.value == Array("one".utf8))
        let answer: RangeResponse = try harness.call(KVMethods.range, range("k"))
        let pair = try #require(answer.kvs.first)
        #expect(pair.value == Array("two".utf8))
        #expect(pair.createRevision == 2)
        #expect(pair.modRevision == 3)
        #expect(pair.version == 2)
        var delete = DeleteRangeRequest()
        delete.key = Array("k".utf8)
        delete.prevKv = true
        let deleted: DeleteRangeResponse = try harness.call(KVMethods.deleteRange, delete)
        #expect(deleted.deleted == 1)
        #expect(deleted.prevKvs == [pair])
        #expect(deleted.header.revision == 4)
        let gone: RangeResponse = try harness.call(KVMethods.range, range("k"))
        #expect(gone.kvs.isEmpty)
        #expect(gone.count == 0)
        #expect(gone.header.revision == 4)
    }

    @Test func largeRangesComeWholeAndInOrder() throws {
        let harness = try DoorHarness()
        // More keys than one piece of a range looks at.
        for batch in 0..<25 {
            var txn = TxnRequest()
            for index in 0..<100 {
                var put = PutRequest()
                put.key = Array("k\(10_000 + batch * 100 + index)".utf8)
                put.value = [UInt8(index)]
                var operation = RequestOp()
                operation.request = .requestPut(put)
                txn.success.append(operation)
            }
            let answer: TxnResponse = try harness.call(KVMethods.txn, txn)
            #expect(answer.succeeded)
        }
        let all: RangeResponse = try harness.call(KVMethods.range, range("k", "l"))
        #expect(all.count == 2_500)
        #expect(all.kvs.map(\.key) == (0..<2_500).map { Array("k\(10_000 + $0)".utf8) })
        #expect(!all.more)
        var some = range("k", "l")
        some.limit = 10
        some.keysOnly = true
        some.serializable = true
        let ten: RangeResponse = try harness.call(KVMethods.range, some)
        #expect(ten.kvs.count == 10)
        #expect(ten.kvs.allSatisfy { $0.value.isEmpty && $0.version == 1 })
        #expect(ten.more)
        #expect(ten.count == 2_500)
    }

    @Test func transactionsCompareAndWriteAtOneRevision() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        var compare = Compare()
        compare.key = Array("k".utf8)
        compare.target = .value
        compare.value = Array("v".utf8)
        var txn = TxnRequest()
        txn.compare = [compare]
        for key in ["a", "b"] {
            var put = PutRequest()
            put.key = Array(key.utf8)
            var operation = RequestOp()
            operation.request = .requestPut(put)
            txn.success.append(operation)
        }
        var read = RequestOp()
        read.request = .requestRange(range("a", "z"))
        txn.success.append(read)
        let answer: TxnResponse = try harness.call(KVMethods.txn, txn)
        #expect(answer.succeeded)
        #expect(answer.header.revision == 3)
        #expect(answer.header.memberID == harness.replica.node.memberID)
        #expect(answer.responses.count == 3)
        #expect(answer.responses[2].responseRange.kvs.map(\.modRevision) == [3, 3, 2])
        // Headers inside have the revision only.
        #expect(answer.responses[2].responseRange.header.memberID == 0)
    }

    @Test(arguments: [false, true])
    func readOnlyTransactionsWriteNothing(isSerializable: Bool) throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        let slot = harness.replica.status.appliedSlot
        var read = range("k")
        read.serializable = isSerializable
        var operation = RequestOp()
        operation.request = .requestRange(read)
        var txn = TxnRequest()
        txn.success = [operation]
        let answer: TxnResponse = try harness.call(KVMethods.txn, txn)
        #expect(answer.succeeded)
        #expect(answer.responses[0].responseRange.kvs.first?.value == Array("v".utf8))
        #expect(answer.header.clusterID == harness.replica.node.clusterID)
        #expect(harness.replica.status.appliedSlot == slot)
        let counter =
            isSerializable
            ? harness.replica.metrics.sequentialReads : harness.replica.metrics.linearizableReads
        #expect(counter.value == 1)
    }

    @Test func compactionForgetsHistory() throws {
        let harness = try DoorHarness()
        try harness.put("k", "1")
        try harness.put("k", "2")
        try harness.put("k", "3")
        var old = range("k")
        old.revision = 2
        let before: RangeResponse = try harness.call(KVMethods.range, old)
        #expect(before.kvs.first?.value == Array("1".utf8))
        #expect(before.header.revision == 4)
        var compaction = CompactionRequest()
        compaction.revision = 3
        let done: CompactionResponse = try harness.call(KVMethods.compact, compaction)
        #expect(done.header.revision == 4)
        let failure = try harness.failure(KVMethods.range, old.serializedBytes())
        #expect(failure.code == .outOfRange)
        #expect(failure.message == EtcdError.compacted.text)
    }

    @Test func endedCallsAreCounted() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        try harness.put("k", "v")
        _ = try harness.failure(KVMethods.put, PutRequest().serializedBytes())
        let text = String(
            decoding: harness.replica.metrics.registry.render(), as: UTF8.self)
        let labels = #"grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary""#
        #expect(text.contains(#"grpc_server_handled_total{grpc_code="OK",\#(labels)} 2"#))
        #expect(
            text.contains(#"grpc_server_handled_total{grpc_code="InvalidArgument",\#(labels)} 1"#))
    }
}
