import EtcdAPI
import EtcdMessages
import GRPC
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

/// Locks and elections as clients see them: who is first has it, and who waits gets it.
@Suite("Locks and elections")
struct LockServiceTests {
    private let harness: DoorHarness

    init() throws { harness = try DoorHarness() }

    private func grant(_ id: Int64, _ ttl: Int64 = 60) throws {
        let request = LeaseGrantRequest.with {
            $0.ttl = ttl
            $0.id = id
        }
        let _: LeaseGrantResponse = try harness.call(LeaseMethods.leaseGrant, request)
    }

    private func revoke(_ id: Int64) throws {
        let _: LeaseRevokeResponse = try harness.call(
            LeaseMethods.leaseRevoke, LeaseRevokeRequest.with { $0.id = id })
    }

    /// A call that may wait.
    private final class Call<Response: ProtobufMessage> {
        var result: Result<Response, GRPCFailure>?

        var response: Response? { try? result?.get() }
        var failure: GRPCFailure? {
            if case .failure(let failure)? = result { failure } else { nil }
        }
    }

    private func begin<Response: ProtobufMessage>(
        _ path: String, _ request: some ProtobufMessage, _ type: Response.Type,
        deadlineMilliseconds: UInt64? = nil
    ) -> Call<Response> {
        let call = Call<Response>()
        harness.client.unary(
            path, request.serializedBytes(), timeoutMilliseconds: deadlineMilliseconds
        ) { result in
            call.result = result.map { bytes in
                (try? Response(serializedBytes: bytes)) ?? Response()
            }
        }
        return call
    }

    private func lock(
        _ name: String, lease: Int64, deadlineMilliseconds: UInt64? = nil
    ) -> Call<LockResponse> {
        let request = LockRequest.with {
            $0.name = Array(name.utf8)
            $0.lease = lease
        }
        return begin(
            LockMethods.lock, request, LockResponse.self,
            deadlineMilliseconds: deadlineMilliseconds)
    }

    private func campaign(_ name: String, lease: Int64, _ value: String) -> Call<CampaignResponse> {
        let request = CampaignRequest.with {
            $0.name = Array(name.utf8)
            $0.lease = lease
            $0.value = Array(value.utf8)
        }
        return begin(ElectionMethods.campaign, request, CampaignResponse.self)
    }

    private func keys() throws -> [String] {
        let range = RangeRequest.with {
            $0.key = [0]
            $0.rangeEnd = [0]
        }
        let response: RangeResponse = try harness.call(KVMethods.range, range)
        return response.kvs.map { String(decoding: $0.key, as: UTF8.self) }
    }

    @Test("a lock goes to the first, then to the next, in order of their asking")
    func locksInOrder() throws {
        for id in [0x10, 0x1f, 0x30] as [Int64] { try grant(id) }
        let first = lock("l", lease: 0x1f)
        #expect(harness.run { first.result != nil })
        #expect(first.response?.key == Array("l/1f".utf8))
        let second = lock("l", lease: 0x10)
        #expect(harness.run { (try? keys().count) == 2 })
        let third = lock("l", lease: 0x30)
        #expect(harness.run { (try? keys().count) == 3 })
        #expect(second.result == nil)
        #expect(third.result == nil)
        let unlock = UnlockRequest.with { $0.key = Array("l/1f".utf8) }
        let _: UnlockResponse = try harness.call(LockMethods.unlock, unlock)
        #expect(harness.run { second.result != nil })
        #expect(second.response?.key == Array("l/10".utf8))
        #expect(third.result == nil)
        // A lease that ends is a lock that is given back.
        try revoke(0x10)
        #expect(harness.run { third.response != nil })
        // Who has it, has it again.
        let again = lock("l", lease: 0x30)
        #expect(harness.run { again.response?.key == third.response?.key })
        #expect(try keys() == ["l/30"])
    }

    @Test("a caller that gives up leaves no key; one without a lease gets one for a minute")
    func leaving() throws {
        let owner = lock("l", lease: 0)
        #expect(harness.run { owner.response != nil })
        let leases = harness.replica.machine.leases
        let row = try #require(leases.ids.first.flatMap { leases.row(of: $0) })
        #expect(row.ttlSeconds == 60)
        #expect(row.keys == [owner.response?.key])
        try grant(7)
        let waiting = lock("l", lease: 7, deadlineMilliseconds: 150)
        #expect(harness.run { (try? keys().contains("l/7")) == true })
        #expect(harness.run { waiting.failure?.code == .deadlineExceeded })
        #expect(harness.run { (try? keys().contains("l/7")) == false })
    }

    @Test("a waiter whose lease ends is told; an unknown lease is refused")
    func expired() throws {
        try grant(1)
        try grant(2)
        let owner = lock("l", lease: 1)
        #expect(harness.run { owner.response != nil })
        let waiting = lock("l", lease: 2)
        #expect(harness.run { (try? keys().count) == 2 })
        try revoke(2)
        let _: UnlockResponse = try harness.call(
            LockMethods.unlock, UnlockRequest.with { $0.key = Array("l/1".utf8) })
        #expect(harness.run { waiting.failure?.message == "mutex: session is expired" })
        let unknown = lock("l", lease: 99)
        #expect(
            harness.run { unknown.failure?.message == "etcdserver: requested lease not found" })
    }

    @Test("who waits when the node stops is sent elsewhere")
    func stopping() throws {
        try grant(1)
        try grant(2)
        let owner = lock("l", lease: 1)
        #expect(harness.run { owner.response != nil })
        let waiting = lock("l", lease: 2)
        #expect(harness.run { (try? keys().count) == 2 })
        harness.replica.stop()
        harness.etcd.tick()
        #expect(harness.run { waiting.failure?.code == .unavailable })
        #expect(waiting.failure?.message == "etcdserver: server stopped")
    }

    @Test("a second call of the same owner keeps the key when the first one goes")
    func goingOnElsewhere() throws {
        try grant(1)
        try grant(2)
        let owner = lock("l", lease: 1)
        #expect(harness.run { owner.response != nil })
        let first = lock("l", lease: 2, deadlineMilliseconds: 200)
        #expect(harness.run { (try? keys().count) == 2 })
        let second = lock("l", lease: 2)
        #expect(harness.run { first.failure != nil })
        try harness.put("after", "")
        #expect(try keys() == ["after", "l/1", "l/2"])
        let _: UnlockResponse = try harness.call(
            LockMethods.unlock, UnlockRequest.with { $0.key = Array("l/1".utf8) })
        #expect(harness.run { second.response?.key == Array("l/2".utf8) })
    }

    @Test("an election: campaign, proclaim, leader, resign, and the next one leads")
    func elections() throws {
        try grant(1)
        try grant(2)
        let name = LeaderRequest.with { $0.name = Array("e".utf8) }
        let nobody = try harness.failure(ElectionMethods.leader, name.serializedBytes())
        #expect(nobody.message == "election: no leader")
        #expect(nobody.code == .unknown)
        let first = campaign("e", lease: 1, "one")
        #expect(harness.run { first.result != nil })
        let leader = try #require(first.response?.leader)
        #expect(leader.key == Array("e/1".utf8))
        #expect(leader.lease == 1)
        let second = campaign("e", lease: 2, "two")
        #expect(harness.run { (try? keys().count) == 2 })
        let proclaim = ProclaimRequest.with {
            $0.leader = leader
            $0.value = Array("uno".utf8)
        }
        let _: ProclaimResponse = try harness.call(ElectionMethods.proclaim, proclaim)
        let now: LeaderResponse = try harness.call(ElectionMethods.leader, name)
        #expect(now.kv.value == Array("uno".utf8))
        #expect(now.kv.lease == 1)
        #expect(second.result == nil)
        let _: ResignResponse = try harness.call(
            ElectionMethods.resign, ResignRequest.with { $0.leader = leader })
        #expect(harness.run { second.response?.leader.key == Array("e/2".utf8) })
        let late = try harness.failure(ElectionMethods.proclaim, proclaim.serializedBytes())
        #expect(late.message == "election: not leader")
        let missing = try harness.failure(ElectionMethods.resign, [])
        #expect(missing.code == .unknown)
        #expect(missing.message == "\"leader\" field must be provided")
        // The fencing token holds in any transaction.
        let fenced = TxnRequest.with {
            $0.compare = [
                .with {
                    $0.key = leader.key
                    $0.target = .create
                    $0.createRevision = leader.rev
                }
            ]
            $0.success = [.with { $0.requestPut.key = [9] }]
        }
        let outcome: TxnResponse = try harness.call(KVMethods.txn, fenced)
        #expect(!outcome.succeeded)
    }

    @Test("a leader that says no lease when it proclaims leads for as long as a new one lasts")
    func proclaimingWithoutLease() throws {
        try grant(1)
        let first = campaign("e", lease: 1, "one")
        #expect(harness.run { first.response != nil })
        let proclaim = ProclaimRequest.with {
            $0.leader = first.response?.leader ?? LeaderKey()
            $0.leader.lease = 0
            $0.value = Array("uno".utf8)
        }
        let _: ProclaimResponse = try harness.call(ElectionMethods.proclaim, proclaim)
        let now: LeaderResponse = try harness.call(
            ElectionMethods.leader, LeaderRequest.with { $0.name = Array("e".utf8) })
        #expect(now.kv.value == Array("uno".utf8))
        // Without a lease nobody else could ever lead.
        let row = try #require(harness.replica.machine.leases.row(of: now.kv.lease))
        #expect(row.id != 1)
        #expect(row.ttlSeconds == 60)
    }

    @Test("who observes sees the leader, its values, and the next leader")
    func observing() throws {
        try grant(1)
        try grant(2)
        var seen: [String] = []
        let stream = harness.client.stream(ElectionMethods.observe)
        stream.onMessage = { message in
            let response = try? LeaderResponse(serialized: message)
            seen.append(String(decoding: response?.kv.value ?? [], as: UTF8.self))
        }
        stream.send(LeaderRequest.with { $0.name = Array("e".utf8) }.serializedBytes())
        stream.halfClose()
        let first = campaign("e", lease: 1, "one")
        #expect(harness.run { first.response != nil && seen == ["one"] })
        let proclaim = ProclaimRequest.with {
            $0.leader = first.response?.leader ?? LeaderKey()
            $0.value = Array("uno".utf8)
        }
        let _: ProclaimResponse = try harness.call(ElectionMethods.proclaim, proclaim)
        #expect(harness.run { seen == ["one", "uno"] })
        let second = campaign("e", lease: 2, "two")
        try revoke(1)
        #expect(harness.run { second.response != nil && seen == ["one", "uno", "two"] })
        #expect(stream.isOpen)
        stream.cancel()
    }

    @Test("the gateway's paths")
    func gateway() throws {
        let locked = try harness.http("POST", "/v3/lock/lock", text: #"{"name":"bA=="}"#)
        let key = try #require(locked.json["key"]?.asString)
        let unlocked = try harness.http("POST", "/v3/lock/unlock", text: #"{"key":"\#(key)"}"#)
        #expect(unlocked.status == 200)
        let won = try harness.http(
            "POST", "/v3/election/campaign", text: #"{"name":"ZQ==","value":"djE="}"#)
        #expect(won.json["leader"]?["name"]?.asString == "ZQ==")
        let leader = try harness.http("POST", "/v3/election/leader", text: #"{"name":"ZQ=="}"#)
        #expect(leader.json["kv"]?["value"]?.asString == "djE=")
    }
}
