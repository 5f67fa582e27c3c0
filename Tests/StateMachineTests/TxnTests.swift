import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// The contract's boxes on Txn.
struct TxnTests {
    let machine = Machine()

    private func succeeds(_ compare: Compare...) throws -> Bool {
        try machine.txn(.make(compare, [])).succeeded
    }

    @Test func oneRevisionForAllWritesInOrder() throws {
        let response = try machine.txn(.make([], [.put("b"), .put("a"), .delete("z")]))
        #expect(response.header.revision == 2)
        #expect(response.responses.count == 3)
        #expect(response.responses[0].responsePut.header.revision == 2)
        #expect(response.responses[0].responsePut.header.memberID == 0)
        var changes: [Change] = []
        _ = try machine.state.keyspace.changes(from: 2) { changes.append($0) }
        #expect(changes.map(\.key) == [[98], [97]])
        #expect(changes.map(\.revision.sub) == [0, 1])
    }

    @Test func aTxnThatWritesNothingMakesNoRevision() throws {
        machine.put("a", "1")
        let response = try machine.txn(.make([], [.delete("z"), .range("a")]))
        #expect(response.header.revision == 2)
        #expect(response.responses[1].responseRange.header.revision == 2)
        #expect(machine.state.keyspace.revision == 2)
    }

    @Test func everyTargetAndResult() throws {
        machine.put("x", "0")
        machine.put("a", "m")
        machine.put("a", "m")
        typealias Union = Compare.OneOf_TargetUnion
        let cases: [(Compare.CompareTarget, [Union])] = [
            (.version, [.version(1), .version(2), .version(3)]),
            (.create, [.createRevision(2), .createRevision(3), .createRevision(4)]),
            (.mod, [.modRevision(3), .modRevision(4), .modRevision(5)]),
            (.value, [.value([UInt8]("lz".utf8)), .value([109]), .value([109, 0])]),
            (.lease, [.lease(-1), .lease(0), .lease(1)]),
        ]
        for (target, unions) in cases {
            for (index, union) in unions.enumerated() {
                func holds(_ result: Compare.CompareResult) throws -> Bool {
                    try succeeds(.make("a", target, result, union))
                }
                #expect(try holds(.equal) == (index == 1))
                #expect(try holds(.notEqual) == (index != 1))
                #expect(try holds(.greater) == (index == 0))
                #expect(try holds(.less) == (index == 2))
            }
        }
    }

    @Test func aMissingKeyComparesAsZeroAndItsValueNever() throws {
        #expect(try succeeds(.make("a", .version, .equal, .version(0))))
        #expect(try succeeds(.make("a", .mod, .less, .modRevision(1))))
        #expect(try !succeeds(.make("a", .create, .notEqual, .createRevision(0))))
        #expect(try succeeds(.make("a", .lease, .equal, .lease(0))))
        for result: Compare.CompareResult in [.equal, .notEqual, .greater, .less] {
            #expect(try !succeeds(.make("a", .value, result, .value([]))))
            #expect(try !succeeds(.make("a", "z", .value, result, .value([1]))))
        }
        machine.put("a", "1")
        _ = machine.delete("a")
        #expect(try succeeds(.make("a", .version, .equal, .version(0))))
        #expect(try succeeds(.make("a", .mod, .equal, .modRevision(0))))
    }

    @Test func aRangeComparesEveryKey() throws {
        for key in ["a", "b", "c"] { machine.put(key, "v") }
        #expect(try succeeds(.make("a", "d", .value, .equal, .value([118]))))
        #expect(try succeeds(.make("a", "\0", .version, .equal, .version(1))))
        machine.put("b", "w")
        #expect(try !succeeds(.make("a", "d", .value, .equal, .value([118]))))
        #expect(try !succeeds(.make("a", "d", .mod, .less, .modRevision(5))))
        #expect(try succeeds(.make("x", "z", .version, .equal, .version(0))))
        #expect(try succeeds(.make("z", "x", .version, .equal, .version(0))))
    }

    @Test func noConditionIsSuccessAndAllMustHold() throws {
        #expect(try succeeds())
        machine.put("a", "1")
        let yes = Compare.make("a", .version, .equal, .version(1))
        let no = Compare.make("a", .version, .equal, .version(2))
        #expect(try succeeds(yes, yes))
        #expect(try !succeeds(yes, no))
        let response = try machine.txn(.make([no], [.put("t")], [.put("f")]))
        #expect(!response.succeeded)
        #expect(try machine.value("f") == "v")
        #expect(try machine.value("t") == nil)
    }

    /// The path is computed on the state before, while reads see what the transaction wrote.
    @Test func nestedConditionsSeeTheStateBefore() throws {
        let isMissing = Compare.make("a", .version, .equal, .version(0))
        let response = try machine.txn(
            .make(
                [],
                [
                    .put("a", "1"),
                    .txn([isMissing], [.range("a"), .put("b", "inner")], [.put("c")]),
                    .range("b"), .delete("d"), .range("a", "z"),
                ]))
        let inner = response.responses[1].responseTxn
        #expect(inner.succeeded)
        #expect(inner.responses[0].responseRange.kvs.map(\.value) == [Array("1".utf8)])
        #expect(inner.responses[0].responseRange.header.revision == 2)
        #expect(response.responses[2].responseRange.count == 1)
        #expect(response.responses[4].responseRange.count == 2)
        #expect(machine.state.keyspace.revision == 2)
    }

    @Test func readsAfterADeleteSeeTheDeletion() throws {
        machine.put("a", "1")
        machine.put("b", "1")
        let response = try machine.txn(
            .make(
                [],
                [
                    .range("a"), .delete("a"), .range("a"), .range("a", "z"),
                    .range("a", "z") { $0.revision = 3 },
                    .range("\0", "\0") { $0.countOnly = true },
                ]))
        let ranges = response.responses.map(\.responseRange)
        #expect(ranges[0].count == 1)
        #expect(ranges[0].header.revision == 3)
        #expect(ranges[2].count == 0)
        #expect(ranges[2].header.revision == 4)
        #expect(ranges[3].count == 1)
        #expect(ranges[4].count == 2)
        #expect(ranges[5].count == 1)
    }

    /// Issue 18667's class: what can fail is found before the first write, on every replica.
    @Test func aFailureLeavesNoTrace() throws {
        for number in 0..<5 { machine.put("k", "\(number)") }
        _ = machine.compact(4)
        let failing: [(RequestOp, KVError)] = [
            (.range("a") { $0.revision = 3 }, .compacted),
            (.range("a") { $0.revision = 7 }, .futureRevision),
            (.put("b", "") { $0.ignoreValue = true }, .keyNotFound),
            (.put("b") { $0.ignoreLease = true }, .keyNotFound),
            (.put("b") { $0.lease = 1 }, .leaseNotFound),
            (RequestOp(), .keyNotFound), (.put(""), .keyNotProvided),
            (.delete("", "z"), .keyNotProvided),
            (.range("a") { $0.sortOrder = .UNRECOGNIZED(9) }, .invalidSortOption),
        ]
        for (operation, error) in failing {
            for request: TxnRequest in [
                .make([], [.put("a"), operation]), .make([], [.put("a"), .txn([operation])]),
                .make([], [.put("a"), .txn([.txn([operation])])]),
            ] {
                #expect(throws: error) { try machine.txn(request) }
                let silent = Machine()
                silent.put("k", "0")
                let digest = silent.state.keyspace.revision
                let batch = silent.batch([(.txn, request.serializedBytes())])
                _ = silent.apply(batch, wantsOutcomes: false)
                #expect(silent.state.keyspace.revision == digest)
            }
        }
        #expect(machine.state.keyspace.revision == 6)
        #expect(try machine.value("a") == nil)
    }

    @Test func theBranchNotTakenCannotFailForItsState() throws {
        let no = Compare.make("a", .version, .equal, .version(9))
        let response = try machine.txn(
            .make(
                [no], [.put("a") { $0.lease = 3 }], [.txn([no], [.put("b") { $0.lease = 3 }], [])]))
        #expect(!response.succeeded)
        #expect(response.responses.count == 1)
        #expect(response.header.revision == 1)
    }

    /// Of two errors etcd names that of the puts, and in a put that of the key, except alone.
    @Test func theFirstErrorIsEtcds() throws {
        machine.put("a", "1")
        let both: (inout PutRequest) -> Void = {
            $0.value = []
            $0.ignoreValue = true
            $0.lease = 3
        }
        #expect(machine.put(.make("b", "", both)) == .failed(.leaseNotFound))
        #expect(throws: KVError.keyNotFound) {
            try machine.txn(.make([], [.put("b", "", both)]))
        }
        let future = RequestOp.range("a") { $0.revision = 9 }
        #expect(throws: KVError.leaseNotFound) {
            try machine.txn(.make([], [future, .txn([.put("b") { $0.lease = 3 }])]))
        }
    }

    @Test func pastRevisionsAreReadInside() throws {
        machine.put("a", "1")
        machine.put("a", "2")
        let response = try machine.txn(
            .make([], [.put("a", "3"), .range("a") { $0.revision = 2 }, .range("a")]))
        #expect(response.responses[1].responseRange.kvs[0].value == Array("1".utf8))
        #expect(response.responses[1].responseRange.header.revision == 4)
        #expect(response.responses[2].responseRange.kvs[0].value == Array("3".utf8))
    }

    @Test func readOnlyTxnIsServedWithoutTheLog() throws {
        machine.put("a", "1")
        let yes = Compare.make("a", .version, .equal, .version(1))
        let request = TxnRequest.make([yes], [.range("a"), .range("a", "z")], [.range("b")])
        #expect(RequestCheck.isReadOnly(request))
        #expect(!RequestCheck.isSerializable(request))
        #expect(try machine.state.readOnlyTxn(request) == machine.txn(request))
        #expect(throws: KVError.futureRevision) {
            try machine.state.readOnlyTxn(.make([], [.range("a") { $0.revision = 3 }]))
        }
        #expect(throws: KVError.keyNotProvided) {
            try machine.state.readOnlyTxn(.make([], [.range("")]))
        }
        #expect(RequestCheck.isReadOnly(.make([], [])))
        #expect(!RequestCheck.isReadOnly(.make([], [], [.txn([])])))
        #expect(!RequestCheck.isReadOnly(.make([], [.range("a"), .delete("b")])))
        let local = TxnRequest.make([], [.range("a") { $0.serializable = true }])
        #expect(RequestCheck.isSerializable(local))
        #expect(!RequestCheck.isSerializable(.make([yes], [])))
    }

    @Test func revisionsBelowZeroAreComparedWithTheCompactedOne() throws {
        machine.put("a", "1")
        let newest = TxnRequest.make([], [.put("a", "2"), .range("a") { $0.revision = -1 }])
        let response = try machine.txn(newest)
        #expect(response.responses[1].responseRange.kvs[0].value == Array("2".utf8))
        let older = TxnRequest.make([], [.range("a") { $0.revision = -2 }])
        #expect(throws: KVError.compacted) { try machine.txn(older) }
        #expect(throws: KVError.compacted) { try machine.state.readOnlyTxn(older) }
        _ = machine.compact(2)
        #expect(throws: KVError.compacted) { try machine.txn(newest) }
        #expect(try machine.range("a") { $0.revision = -2 }.kvs[0].version == 2)
    }
}
