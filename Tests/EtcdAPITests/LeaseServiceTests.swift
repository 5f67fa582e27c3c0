import EtcdMessages
import EventLoops
import GRPC
import Observability
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

/// Leases as clients see them: gRPC, the stream of renewals, the gateway, and the errors.
@Suite("The lease service")
struct LeaseServiceTests {
    private let harness: DoorHarness

    init() throws { harness = try DoorHarness() }

    private func grant(_ ttl: Int64, id: Int64 = 0) throws -> LeaseGrantResponse {
        let request = LeaseGrantRequest.with {
            $0.ttl = ttl
            $0.id = id
        }
        return try harness.call(LeaseMethods.leaseGrant, request)
    }

    private func put(_ key: String, lease: Int64) throws {
        let request = PutRequest.with {
            $0.key = Array(key.utf8)
            $0.lease = lease
        }
        let _: PutResponse = try harness.call(KVMethods.put, request)
    }

    private func timeToLive(_ id: Int64, keys: Bool = false) throws -> LeaseTimeToLiveResponse {
        let request = LeaseTimeToLiveRequest.with {
            $0.id = id
            $0.keys = keys
        }
        return try harness.call(LeaseMethods.leaseTimeToLive, request)
    }

    private func count(_ key: String) throws -> Int64 {
        let response: RangeResponse = try harness.call(
            KVMethods.range, RangeRequest.with { $0.key = Array(key.utf8) })
        return response.count
    }

    @Test("an id is chosen or taken, the time is at least the election's, and errors are etcd's")
    func granting() throws {
        let chosen = try grant(100)
        #expect(chosen.id > 0)
        #expect(chosen.ttl == 100)
        #expect(chosen.header.memberID == harness.replica.node.memberID)
        #expect(chosen.header.revision == 1)
        #expect(try grant(0, id: 7).ttl == harness.replica.leaseSecondsMin)
        #expect(try grant(5, id: -7).id == -7)
        let again = LeaseGrantRequest.with {
            $0.ttl = 5
            $0.id = 7
        }
        let exists = try harness.failure(LeaseMethods.leaseGrant, again.serializedBytes())
        #expect(exists.code == .failedPrecondition)
        #expect(exists.message == "etcdserver: lease already exists")
        let tooLong = LeaseGrantRequest.with { $0.ttl = 9_000_000_001 }
        let refused = try harness.failure(LeaseMethods.leaseGrant, tooLong.serializedBytes())
        #expect(refused.code == .outOfRange)
        #expect(refused.message == "etcdserver: too large lease TTL")
    }

    @Test("a retry within a session gets the same id")
    func grantInSession() throws {
        let session: RegisterSessionResponse = try harness.call(
            StoreMethods.registerSession, RegisterSessionRequest())
        let bytes = LeaseGrantRequest.with { $0.ttl = 60 }.serializedBytes()
        let metadata = [("synod-session", "\(session.session)-1")]
        let first = try harness.raw(LeaseMethods.leaseGrant, bytes, metadata: metadata).get()
        let second = try harness.raw(LeaseMethods.leaseGrant, bytes, metadata: metadata).get()
        #expect(first == second)
        let next = [("synod-session", "\(session.session)-2")]
        let other = try harness.raw(LeaseMethods.leaseGrant, bytes, metadata: next).get()
        #expect(other != first)
        #expect(harness.replica.machine.leases.count == 2)
    }

    @Test("a revoked lease takes its keys along; an unknown one is not found")
    func revoking() throws {
        let lease = try grant(100)
        try put("a", lease: lease.id)
        try put("b", lease: lease.id)
        let request = LeaseRevokeRequest.with { $0.id = lease.id }
        let response: LeaseRevokeResponse = try harness.call(LeaseMethods.leaseRevoke, request)
        #expect(response.header.revision == 4)
        #expect(try count("a") == 0)
        let failure = try harness.failure(LeaseMethods.leaseRevoke, request.serializedBytes())
        #expect(failure.code == .notFound)
        #expect(failure.message == "etcdserver: requested lease not found")
        let missing = PutRequest.with {
            $0.key = [1]
            $0.lease = lease.id
        }
        let refused = try harness.failure(KVMethods.put, missing.serializedBytes())
        #expect(refused.message == "etcdserver: requested lease not found")
    }

    @Test("a lease that the leader has ended is gone at a node that has not heard of it yet")
    func unknownToTheLeader() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        let grant = LeaseGrantRequest.with { ($0.ttl, $0.id) = (100, 7) }
        let _: LeaseGrantResponse = try follower.call(LeaseMethods.leaseGrant, grant)
        #expect(follower.replica.machine.leases.has(7))
        cluster.hold(follower)
        let _: LeaseRevokeResponse = try leader.call(
            LeaseMethods.leaseRevoke, LeaseRevokeRequest.with { $0.id = 7 })
        let asked: LeaseTimeToLiveResponse = try follower.call(
            LeaseMethods.leaseTimeToLive, LeaseTimeToLiveRequest.with { $0.id = 7 })
        #expect(follower.replica.machine.leases.has(7))
        #expect(asked.ttl == -1)
        #expect(asked.grantedTtl == 0)
    }

    @Test("the time to live: what is left, what was granted, the keys; -1 for an unknown lease")
    func timeToLive() throws {
        let lease = try grant(100)
        try put("b", lease: lease.id)
        try put("a", lease: lease.id)
        let bare = try timeToLive(lease.id)
        #expect(bare.grantedTtl == 100)
        #expect((98...100).contains(bare.ttl))
        #expect(bare.keys == [])
        #expect(try timeToLive(lease.id, keys: true).keys == [[97], [98]])
        let unknown = try timeToLive(12345, keys: true)
        #expect(unknown.ttl == -1)
        #expect(unknown.grantedTtl == 0)
        #expect(unknown.id == 12345)
        #expect(unknown.header.memberID != 0)
    }

    @Test("all leases are listed")
    func listing() throws {
        for id in [5, 3, -4] as [Int64] { _ = try grant(60, id: id) }
        let response: LeaseLeasesResponse = try harness.call(
            LeaseMethods.leaseLeases, LeaseLeasesRequest())
        #expect(response.leases.map(\.id) == [-4, 3, 5])
    }

    @Test("renewals on a stream: the full time, 0 for an unknown lease, and the stream goes on")
    func renewals() throws {
        let lease = try grant(60)
        var answers: [LeaseKeepAliveResponse] = []
        var end: GRPCStatus?
        let stream = harness.client.stream(LeaseMethods.leaseKeepAlive)
        stream.onMessage = { message in
            if let answer = try? LeaseKeepAliveResponse(serialized: message) {
                answers.append(answer)
            }
        }
        stream.onClose = { end = $0 }
        func renew(_ id: Int64) {
            stream.send(LeaseKeepAliveRequest.with { $0.id = id }.serializedBytes())
        }
        renew(lease.id)
        #expect(harness.run { answers.count == 1 })
        renew(999)
        renew(lease.id)
        #expect(harness.run { answers.count == 3 })
        #expect(answers.map(\.ttl) == [60, 0, 60])
        #expect(answers.map(\.id) == [lease.id, 999, lease.id])
        #expect(stream.isOpen)
        stream.halfClose()
        #expect(harness.run { end != nil })
        #expect(end?.code == .ok)
    }

    @Test("a lease that nobody renews ends with its keys, not early, and says so")
    func expiry() throws {
        let started = harness.loop.now
        let lease = try grant(1)
        try put("k", lease: lease.id)
        var renewedAt = started
        while harness.loop.now < started + 1_500_000_000 {
            renewedAt = harness.loop.now
            let renewal = try harness.http(
                "POST", "/v3/lease/keepalive", text: #"{"ID":"\#(lease.id)"}"#)
            #expect(renewal.text.contains(#""TTL":"1""#))
            #expect(try count("k") == 1)
            let next = harness.loop.now + 300_000_000
            harness.run { harness.loop.now >= next }
        }
        #expect(harness.run { harness.replica.machine.leases.count == 0 })
        #expect(harness.loop.now >= renewedAt + 1_000_000_000)
        #expect(try count("k") == 0)
        #expect(harness.replica.metrics.leases.expired.value == 1)
        #expect(try timeToLive(lease.id).ttl == -1)
    }

    @Test("the gateway's paths, with their older names")
    func gateway() throws {
        let granted = try harness.http("POST", "/v3/lease/grant", text: #"{"TTL":"60","ID":"77"}"#)
        #expect(granted.json["ID"] == .string("77"))
        #expect(granted.json["TTL"] == .string("60"))
        for path in ["lease", "kv/lease"] {
            let time = try harness.http(
                "POST", "/v3/\(path)/timetolive", text: #"{"ID":"77","keys":true}"#)
            #expect(time.json["grantedTTL"] == .string("60"))
            let all = try harness.http("POST", "/v3/\(path)/leases", text: "{}")
            #expect(all.text.contains(#""leases":[{"ID":"77"}]"#))
        }
        let renewed = try harness.http(
            "POST", "/v3/lease/keepalive", text: #"{"ID":"77"}{"ID":"78"}"#)
        let lines = renewed.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("{") }
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix(#"{"result":{"header":"#) })
        #expect(lines.first?.contains(#""TTL":"60""#) == true)
        #expect(lines.last?.contains("TTL") == false)
        let revoked = try harness.http("POST", "/v3/kv/lease/revoke", text: #"{"ID":"77"}"#)
        #expect(revoked.status == 200)
        let again = try harness.http("POST", "/v3/lease/revoke", text: #"{"ID":"77"}"#)
        #expect(again.status == 404)
        #expect(again.text.contains("etcdserver: requested lease not found"))
    }

    @Test("any node takes renewals and questions, and the leader answers")
    func throughFollowers() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let follower = try cluster.leaderAndFollower().follower
        let request = LeaseGrantRequest.with { $0.ttl = 60 }
        let lease: LeaseGrantResponse = try follower.call(LeaseMethods.leaseGrant, request)
        let renewal = try follower.http(
            "POST", "/v3/lease/keepalive", text: #"{"ID":"\#(lease.id)"}"#)
        #expect(renewal.text.contains(#""TTL":"60""#))
        let time: LeaseTimeToLiveResponse = try follower.call(
            LeaseMethods.leaseTimeToLive, LeaseTimeToLiveRequest.with { $0.id = lease.id })
        #expect((58...60).contains(time.ttl))
    }
}
