import EtcdMessages
import GRPC
import Protobuf
import Testing

@testable import EtcdAPI

/// Leases with the keys of several owners, locks and elections: for everybody.
extension RightsTests {
    /// A lease, and keys that are attached to it.
    private func grant(_ id: Int64, _ keys: [String]) throws {
        let root = users.metadata("root")
        let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (id, 600) }
        let _: LeaseGrantResponse = try harness.call(LeaseMethods.leaseGrant, grant, metadata: root)
        for key in keys {
            let put = PutRequest.with { ($0.key, $0.lease) = (Array(key.utf8), id) }
            let _: PutResponse = try harness.call(KVMethods.put, put, metadata: root)
        }
    }

    private static let keysOfLeases = [["m1"], ["x1"], ["m1", "m2"], ["m1", "x1"], []]

    @Test func aLeaseIsEndedByThoseWhoMayWriteAllItsKeys() throws {
        var id: Int64 = 100
        for keys in Self.keysOfLeases {
            for person in people {
                id += 1
                try grant(id, keys)
                let revoke = LeaseRevokeRequest.with { $0.id = id }.serializedBytes()
                for path in [LeaseMethods.leaseRevoke] {
                    check(
                        try users.failure(path, revoke, person.metadata),
                        expected(keys.map { .write($0) }, person),
                        "revoke of \(keys) by \(person.name)")
                }
            }
        }
    }

    @Test func aLeaseIsRenewedAndShownToThoseWhoMayWriteOrReadAllItsKeys() throws {
        for (number, keys) in Self.keysOfLeases.enumerated() {
            let id = Int64(200 + number)
            try grant(id, keys)
            let renewal = LeaseKeepAliveRequest.with { $0.id = id }.serializedBytes()
            let look = LeaseTimeToLiveRequest.with { ($0.id, $0.keys) = (id, true) }
            for person in people {
                let (answer, end) = try stream(LeaseMethods.leaseKeepAlive, renewal, person)
                let refusal = expected(keys.map { .write($0) }, person)
                let what = "keep-alive of \(keys) by \(person.name)"
                #expect((answer == nil) == (refusal != nil), "\(what)")
                #expect(refusal == nil || end?.message == refusal, "\(what)")
                check(
                    try users.failure(
                        LeaseMethods.leaseTimeToLive, look.serializedBytes(), person.metadata),
                    expected(keys.map { .read($0) }, person), "keys \(keys) to \(person.name)")
            }
            let end = LeaseRevokeRequest.with { $0.id = id }
            let _: LeaseRevokeResponse = try harness.call(
                LeaseMethods.leaseRevoke, end, metadata: users.metadata("root"))
        }
    }

    /// Whoever puts a key under a lease may end the other keys of it.
    @Test func aKeyIsPutUnderALeaseByThoseWhoMayWriteAllKeysOfIt() throws {
        let leases: [(id: Int64, keys: [String])] = [
            (71, ["m1"]), (72, ["x1"]), (301, ["m2", "x2"]),
        ]
        try grant(301, ["m2", "x2"])
        for key in ["m1", "x1", "z"] {
            for lease in leases {
                for previous in [false, true] {
                    let put = PutRequest.with {
                        ($0.key, $0.lease, $0.prevKv) = (Array(key.utf8), lease.id, previous)
                    }
                    let needs: [Need] =
                        [.write(key)] + lease.keys.map { .write($0) }
                        + (previous ? [.read(key)] : [])
                    let operation = RequestOp.with { $0.requestPut = put }
                    // What is executed would move the key to this lease.
                    for nested in Self.nestings((operation, needs))
                    where isIdle(nested.0) || lease.keys == [key] {
                        for person in people {
                            check(
                                try users.failure(
                                    KVMethods.txn, nested.0.serializedBytes(), person.metadata),
                                expected(nested.1, person),
                                "\(key) under \(lease.id), \(previous), by \(person.name)")
                        }
                    }
                }
            }
        }
    }

    /// No operation of it is executed: there is nothing to compare, and nothing for that.
    private func isIdle(_ txn: TxnRequest) -> Bool { txn.compare.isEmpty && txn.success.isEmpty }

    @Test func locksAndElectionsAreForThoseWhoMayReadAndWriteTheirKeys() throws {
        try grant(401, [])
        for (number, person) in people.enumerated() {
            for prefix in ["m", "x", "z"] {
                let name = "\(prefix)\(number)"
                let needs: [Need] = [.write(name + "/1"), .read(name + "/", name + "0")]
                let lock = LockRequest.with { $0.name = Array(name.utf8) }
                check(
                    try users.failure(LockMethods.lock, lock.serializedBytes(), person.metadata),
                    expected(needs, person), "lock \(name) by \(person.name)")
                let campaign = CampaignRequest.with {
                    ($0.name, $0.lease) = (Array((name + "e").utf8), 401)
                }
                // Keys of others come under the lease, as root stands for election.
                if prefix == "m", number > 0 { continue }
                let outer: [Need] = [.write(name + "e/1"), .read(name + "e/", name + "e0")]
                check(
                    try users.failure(
                        ElectionMethods.campaign, campaign.serializedBytes(), person.metadata),
                    expected(outer, person), "campaign \(name) by \(person.name)")
            }
        }
        for name in ["mo", "xo"] {
            let campaign = CampaignRequest.with {
                ($0.name, $0.lease, $0.value) = (Array(name.utf8), 401, [1])
            }
            let _: CampaignResponse = try harness.call(
                ElectionMethods.campaign, campaign, metadata: users.metadata("root"))
            let observe = LeaderRequest.with { $0.name = Array(name.utf8) }.serializedBytes()
            for person in people {
                let (answer, end) = try stream(ElectionMethods.observe, observe, person)
                let refusal = expected([.read(name + "/", name + "0")], person)
                let what = "observe \(name) by \(person.name)"
                #expect((answer == nil) == (refusal != nil), "\(what)")
                #expect(refusal == nil || end?.message == refusal, "\(what)")
            }
        }
    }
}
