import Basics
import EtcdMessages
import GRPC
import Protobuf
import Testing
import Transport

@testable import EtcdAPI

/// The life of two Kubernetes API servers, each at a node of its own.
struct KubernetesTests {
    private let cluster: TestCluster
    private let servers: [KubernetesServer]

    init() throws {
        cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        servers = [KubernetesServer(leader), KubernetesServer(follower)]
    }

    private func value(_ result: Result<Int64, KubernetesServer.Conflict>) throws -> Int64 {
        try result.get()
    }

    @Test func ofTwoWhoWriteOneObjectOneIsToldWhatTheOtherWrote() throws {
        let created = try value(servers[0].write("a", "one", over: 0))
        guard case .failure(let conflict) = try servers[1].write("a", "two", over: 0) else {
            Issue.record("both made it")
            return
        }
        #expect(conflict.pair?.value == Array("one".utf8))
        #expect(conflict.pair?.modRevision == created && conflict.pair?.version == 1)
        let updated = try value(servers[1].write("a", "two", over: created))
        guard case .failure(let kept) = try servers[0].delete("a", at: created) else {
            Issue.record("it was deleted")
            return
        }
        #expect(kept.pair?.modRevision == updated)
        let deleted = try value(servers[0].delete("a", at: updated))
        #expect(
            try servers[1].write("a", "three", over: updated)
                == .failure(KubernetesServer.Conflict(pair: nil)))
        #expect([created, updated, deleted] == [created, created + 1, created + 2])
        #expect(try value(servers[1].write("a", "four", over: 0)) == deleted + 1)
    }

    @Test func aListInPagesIsOfOneRevisionWhateverIsWrittenMeanwhile() throws {
        var revisions: [String: Int64] = [:]
        for number in 10..<50 {
            let name = "pod-\(number)"
            revisions[name] = try value(servers[number % 2].write(name, "old", over: 0))
        }
        var written = 0
        let (pairs, at) = try servers[1].list(pageSize: 7) {
            written += 1
            let name = "pod-\(49 - written)"
            _ = try value(servers[0].write(name, "new", over: try #require(revisions[name])))
            _ = try value(servers[0].write("zz-\(written)", "new", over: 0))
            _ = try value(
                servers[0].delete(
                    "pod-\(9 + written)", at: try #require(revisions["pod-\(9 + written)"])))
        }
        #expect(written == 5 && pairs.count == 40)
        #expect(pairs.allSatisfy { $0.value == Array("old".utf8) && $0.modRevision <= at })
        let (after, _) = try servers[0].list(pageSize: 100) {}
        #expect(after.count == 40)
    }

    @Test func ofTwoCompactorsOneWinsEachRound() throws {
        // Both begin at once and compact nothing.
        var wins = try KubernetesServer.compact(servers)
        #expect(wins.count { $0 } == 1)
        var claimed: [Int64] = []
        for round in 1...6 {
            for number in 0..<5 {
                _ = try value(servers[number % 2].write("r\(round)-\(number)", "v", over: 0))
            }
            let wanted = servers.map(\.compactRevision)
            wins = try KubernetesServer.compact(servers)
            #expect(wins.count { $0 } == 1, "round \(round)")
            claimed.append(try #require(zip(wanted, wins).first { $0.1 }).0)
            let key = RangeRequest.with { $0.key = KubernetesServer.compactKey }
            let pair = try servers[0].harness.call(KVMethods.range, key, RangeResponse.self).kvs[0]
            #expect(pair.version == Int64(round + 1))
            #expect(pair.value == Array("\(try #require(claimed.last))".utf8))
            #expect(servers.allSatisfy { $0.compactTime == pair.version })
        }
        #expect(claimed == claimed.sorted() && Set(claimed).count == 6)
        let compacted = try #require(claimed.last)
        var old = KubernetesServer.range
        old.revision = compacted
        let readable: RangeResponse = try servers[1].harness.call(KVMethods.range, old)
        #expect(readable.count > 0)
        // A page of a list that was begun before is refused, and so is a watch.
        old.revision = compacted - 1
        let gone = try servers[1].harness.failure(KVMethods.range, old.serializedBytes())
        #expect(gone.status == EtcdError.compacted.status)
        let watch = KubernetesWatch(servers[1].harness, [], at: compacted - 2)
        #expect(servers[1].harness.run { watch.cancellation != nil })
        #expect(watch.cancellation?.compactRevision == compacted)
        watch.end()
    }

    @Test func watchCachesAreWhatTheStoreIs() throws {
        for number in 0..<10 { _ = try servers[0].write("w\(number)", "0", over: 0) }
        let caches = try servers.map { server in
            let (list, at) = try server.list(pageSize: 3) {}
            return KubernetesWatch(server.harness, list, at: at)
        }
        let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (9, 600) }
        let _: LeaseGrantResponse = try servers[0].harness.call(LeaseMethods.leaseGrant, grant)
        _ = try value(servers[1].write("event", "v", over: 0, lease: 9))
        _ = try KubernetesServer.compact(servers)
        var random = SeededRandom(seed: 7)
        for step in 0..<150 {
            try act(step, &random, caches[step % 2])
            if step % 40 == 39 { _ = try KubernetesServer.compact(servers) }
        }
        let revoke = LeaseRevokeRequest.with { $0.id = 9 }
        let _: LeaseRevokeResponse = try servers[1].harness.call(LeaseMethods.leaseRevoke, revoke)
        let (list, at) = try servers[0].list(pageSize: 500) {}
        for cache in caches {
            try cache.catchUp()
            #expect(cache.revision >= at && cache.bookmarks > 0)
            #expect(
                cache.objects.values.sorted { $0.key.lexicographicallyPrecedes($1.key) } == list)
            #expect(cache.complaints == [] && cache.cancellation == nil)
            cache.end()
        }
        #expect(!list.contains { $0.lease == 9 })
    }

    /// One write of a server that goes by what its cache says, which may be late.
    private func act(
        _ step: Int, _ random: inout SeededRandom, _ cache: KubernetesWatch
    ) throws {
        let name = "w\(random.next() % 14)"
        if step % 10 == 0 { try cache.catchUp() }
        let known = cache.objects[Array((KubernetesServer.prefix + name).utf8)]?.modRevision ?? 0
        let server = servers[step % 2]
        if known != 0, random.next() % 3 == 0 {
            _ = try server.delete(name, at: known)
        } else {
            _ = try server.write(name, "\(step)", over: known)
        }
    }
}
