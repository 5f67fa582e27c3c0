import EtcdMessages
import GRPC
import Protobuf
import Testing

@testable import EtcdAPI

/// What the generated tests look at, held against the table; and the same requests through the gateway.
extension RightsTests {
    /// Methods whose requests name what they take, and that are not among the generated cases, with where they are
    /// tested for everybody.
    private static let others: Set<String> = [
        // streamsAreForThoseWhoMayReadOrWriteTheirKeys
        WatchMethods.watch, LeaseMethods.leaseKeepAlive,
        // RightsTests+Leases
        LeaseMethods.leaseRevoke, LeaseMethods.leaseTimeToLive, LeaseMethods.leaseLeases,
        LockMethods.lock, ElectionMethods.campaign, ElectionMethods.observe,
    ]

    @Test func everyMethodThatNamesKeysIsAmongTheGeneratedOnes() throws {
        let paths = Set(try Self.cases().map(\.path))
        let named = RPCRights.table.keys.filter { RPCRights.right(of: $0).isByRequest }
        #expect(paths.union(Self.others) == Set(named))
        #expect(paths.isDisjoint(with: Self.others))
        // Each kind of interval, with and without the pair of before, at each depth.
        let deletes = try Self.cases().filter { $0.path == KVMethods.deleteRange }
            .map { try DeleteRangeRequest(serializedBytes: $0.message) }
        #expect(Set(deletes.map(\.prevKv)) == [false, true])
        #expect(Set(deletes.map(\.rangeEnd)).isSuperset(of: [[], [0], Array("n".utf8)]))
        let depths = try Self.cases().filter { $0.path == KVMethods.txn }
            .map { Self.depth(try TxnRequest(serializedBytes: $0.message)) }
        #expect(Set(depths).isSuperset(of: [1, 2, 3, 4]))
    }

    private static func depth(_ txn: TxnRequest) -> Int {
        let inner = (txn.success + txn.failure).map { operation in
            guard case .requestTxn(let inner) = operation.request else { return 0 }
            return depth(inner)
        }
        return 1 + (inner.max() ?? 0)
    }

    @Test func theGatewayLetsTheSamePeopleIn() throws {
        var pathsOf: [String: [String]] = [:]
        for (path, method) in RPCRights.gateway { pathsOf[method, default: []].append(path) }
        var tested: Set<String> = []
        // Each message is one of hundreds by gRPC: here so many that each method has several.
        for (number, one) in try Self.cases().enumerated() {
            guard let paths = pathsOf[one.path], number % 6 == 0 || !tested.contains(one.path)
            else { continue }
            tested.insert(one.path)
            for path in paths.sorted() {
                for person in people {
                    let answer = try harness.http(
                        "POST", "/v3/" + path, headers: headers(of: person), body: one.json)
                    check(answer, expected(one.needs, person), "\(path) by \(person.name)")
                }
            }
        }
        #expect(tested.count >= 8)
    }

    @Test func theGatewaysMethodsWithoutKeysAreForWhomTheTableSays() throws {
        let streams = ["watch", "lease/keepalive", "maintenance/snapshot", "election/observe"]
        let last = "auth/disable"
        let paths = harness.etcd.gateway.paths.filter { path in
            !RPCRights.right(ofGateway: path).isByRequest && !streams.contains(path)
                && path != last
        }
        for path in paths + [last] {
            let right = RPCRights.right(ofGateway: path)
            for person in people {
                let expected: String? =
                    switch right {
                    case .anyone: nil
                    case .user, .byRequest, .ownOrRoot:
                        person.readable == nil ? person.refusal : nil
                    case .root:
                        person.readable == nil
                            ? person.refusal
                            : person.isRoot ? nil : EtcdError.permissionDenied.text
                    }
                // One whose refusal to root cannot be taken for the refusal of root.
                let text = path == "auth/user/add" ? #"{"name":"root"}"# : "{}"
                let answer = try harness.http(
                    "POST", "/v3/" + path, headers: headers(of: person), text: text)
                check(answer, expected, "\(path) by \(person.name)")
            }
        }
    }

    @Test func theGatewaysStreamsAreForThoseWhoMayReadTheirKeys() throws {
        for shape in Self.shapes {
            let create = WatchCreateRequest.with {
                ($0.key, $0.rangeEnd) = (Array(shape.key.utf8), Array(shape.end.utf8))
            }
            let body = WatchRequest.with { $0.createRequest = create }.serializedJSON()
            for person in people {
                let open = harness.request(
                    "POST", "/v3/watch", headers: headers(of: person), body: body)
                harness.run { open.text.contains("created") }
                let refusal = expected([.read(shape.key, shape.end)], person)
                #expect(
                    open.text.contains("cancel_reason") == (refusal != nil),
                    "\(shape) by \(person.name)")
                #expect(refusal.map { open.text.contains($0) } ?? true)
                open.close()
            }
        }
    }

    private func headers(of person: Person) -> [String] {
        person.metadata.map { "Authorization: \($0.1)" }
    }

    private func check(_ answer: HTTPAnswer, _ expected: String?, _ what: String) {
        if let expected {
            #expect(answer.text.contains(expected), "\(what): \(answer.text)")
        } else {
            #expect(!Self.words.contains { answer.text.contains($0) }, "\(what): \(answer.text)")
        }
    }
}

extension RPCRight {
    /// Whether what it takes follows from the request.
    var isByRequest: Bool { self == .byRequest || self == .ownOrRoot }
}
