import EtcdMessages
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

@testable import EtcdAPI

/// Hashes, and what has nothing to do here.
struct MaintenanceTests {
    private func hash(_ harness: DoorHarness, at revision: Int64 = 0) throws -> HashKVResponse {
        try harness.call(MaintenanceMethods.hashKv, HashKVRequest.with { $0.revision = revision })
    }

    private func compact(_ harness: DoorHarness, _ revision: Int64) throws {
        let _: CompactionResponse = try harness.call(
            KVMethods.compact, CompactionRequest.with { $0.revision = revision })
    }

    @Test func aHashIsOfARevisionAndWhatWasCompacted() throws {
        let harness = try DoorHarness()
        let empty = try hash(harness)
        #expect(empty.hashRevision == 1 && empty.compactRevision == -1)
        for number in 1...50 { try harness.put("k\(number % 7)", "v\(number)") }
        let first = try hash(harness)
        #expect(first.hashRevision == 51 && first.hash != empty.hash)
        #expect(first.header.revision == 51)
        try harness.put("k", "more")
        #expect(try hash(harness).hash != first.hash)
        #expect(try hash(harness, at: 51).hash == first.hash)
        #expect(try hash(harness, at: 50).hash != first.hash)
        try compact(harness, 20)
        let compacted = try hash(harness, at: 51)
        #expect(compacted.compactRevision == 20 && compacted.hash != first.hash)
        #expect(try hash(harness, at: 51) == compacted)
        for (revision, text) in [
            (20, "etcdserver: mvcc: required revision has been compacted"),
            (53, "etcdserver: mvcc: required revision is a future revision"),
        ] as [(Int64, String)] {
            let request = HashKVRequest.with { $0.revision = revision }
            let failure = try harness.failure(MaintenanceMethods.hashKv, request.serializedBytes())
            #expect(failure.message == text)
        }
        try compact(harness, 52)
        let all = try hash(harness)
        #expect(all.hashRevision == 52 && all.compactRevision == 52)
        let debug: HashResponse = try harness.call(MaintenanceMethods.hash, HashRequest())
        #expect(debug.hash == all.hash)
    }

    @Test func aHashOfManyKeysIsThatOfItsPages() throws {
        let harness = try DoorHarness()
        for number in 0..<2_500 {
            try harness.put("\(10_000 + number)", "v")
        }
        let whole = try hash(harness)
        try compact(harness, whole.hashRevision)
        let compacted = try hash(harness)
        #expect(compacted.hash != whole.hash)
        #expect(try hash(harness).hash == compacted.hash)
        let delete = DeleteRangeRequest.with { $0.key = Array("12499".utf8) }
        let _: DeleteRangeResponse = try harness.call(KVMethods.deleteRange, delete)
        #expect(try hash(harness).hash != compacted.hash)
    }

    @Test func membersHaveTheSameHash() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 2_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        for number in 1...30 { try follower.put("k\(number % 5)", "v\(number)") }
        try compact(leader, 12)
        let of = try hash(leader)
        #expect(
            follower.run {
                follower.replica.machine.appliedSlot == leader.replica.machine.appliedSlot
            })
        let other = try hash(follower)
        #expect(of.hash == other.hash && of.hashRevision == other.hashRevision)
        #expect(of.header.memberID != other.header.memberID)
    }

    @Test func defragmentationIsDoneAtOnce() throws {
        let harness = try DoorHarness()
        let done: DefragmentResponse = try harness.call(
            MaintenanceMethods.defragment, DefragmentRequest())
        #expect(!done.hasHeader)
        let answer = try harness.http("POST", "/v3/maintenance/defragment", text: "{}")
        #expect(answer.text == "{}")
        try harness.put("k", "v")
        let hash = try harness.http("POST", "/v3/maintenance/hashkv", text: "{}")
        #expect(hash.json["hash_revision"]?.asString == "2")
        let snapshot = try harness.http("POST", "/v3/maintenance/snapshot", text: "{}")
        #expect(snapshot.status == 400)
        #expect(snapshot.text.contains("--storage memory"))
    }

    @Test func downgradesAreJudgedAsInEtcd() throws {
        let harness = try DoorHarness()
        func order(
            _ action: DowngradeRequest.DowngradeAction, _ version: String
        ) throws -> String {
            let request = DowngradeRequest.with {
                $0.action = action
                $0.version = version
            }
            switch try harness.raw(MaintenanceMethods.downgrade, request.serializedBytes()) {
            case .success(let bytes): return try DowngradeResponse(serializedBytes: bytes).version
            case .failure(let failure): return failure.message
            }
        }
        #expect(try order(.validate, "3.5.0") == "3.6.0")
        #expect(try order(.validate, "3.5") == "3.6.0")
        for version in ["", "3", "v3.5", "3.5.0.1", "3.x"] {
            #expect(
                try order(.validate, version)
                    == "etcdserver: wrong downgrade target version format")
        }
        for version in ["3.4.0", "3.6.0", "2.5.0"] {
            #expect(
                try order(.enable, version) == "etcdserver: invalid downgrade target version")
        }
        #expect(try order(.enable, "3.5.0") == "etcdserver: not capable")
        #expect(try order(.cancel, "") == "etcdserver: no inflight downgrade job")
        #expect(try order(.UNRECOGNIZED(7), "") == "etcdserver: unknown method")
    }
}
