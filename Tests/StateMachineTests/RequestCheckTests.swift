import Basics
import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// Checks that need no state.
struct RequestCheckTests {
    private func check(_ request: TxnRequest) throws { try RequestCheck.txn(request) }

    @Test func operationsPerLevelShrinkWithDepth() throws {
        func puts(_ count: Int, _ prefix: String = "") -> [RequestOp] {
            (0..<count).map { .put("\(prefix)\($0)") }
        }
        try check(.make([], puts(128)))
        #expect(throws: KVError.tooManyOperations) { try check(.make([], puts(129))) }
        #expect(throws: KVError.tooManyOperations) { try check(.make([], [], puts(129))) }
        let compare = Compare.make("a", .version, .equal, .version(1))
        let compares = [Compare](repeating: compare, count: 129)
        #expect(throws: KVError.tooManyOperations) { try check(.make(compares, [])) }
        try check(.make([], [.txn(puts(127))]))
        #expect(throws: KVError.tooManyOperations) { try check(.make([], [.txn(puts(128))])) }
        try check(.make([], puts(100, "x") + [.txn(puts(27))]))
        #expect(throws: KVError.tooManyOperations) {
            try check(.make([], puts(100, "x") + [.txn(puts(28))]))
        }
        #expect(throws: KVError.tooManyOperations) {
            try RequestCheck.txn(.make([], puts(3)), operationsMax: 2)
        }
    }

    @Test func emptyKeysAndOptions() {
        let noKey = Compare.make("", .version, .equal, .version(1))
        #expect(throws: KVError.keyNotProvided) { try check(.make([noKey], [])) }
        #expect(throws: KVError.keyNotProvided) { try check(.make([], [], [.txn([.put("")])])) }
        #expect(throws: KVError.keyNotFound) { try check(.make([], [RequestOp()])) }
        #expect(throws: KVError.valueProvided) {
            try check(.make([], [.put("a", "v") { $0.ignoreValue = true }]))
        }
        #expect(throws: KVError.leaseProvided) {
            try check(
                .make(
                    [],
                    [
                        .put("a", "v") {
                            $0.ignoreLease = true
                            $0.lease = 1
                        }
                    ]))
        }
    }

    @Test(
        arguments: [
            ([.put("a"), .put("a")], false), ([.put("a"), .put("b")], true),
            ([.put("b"), .delete("a", "c")], false), ([.delete("a", "c"), .put("b")], false),
            ([.delete("a", "c"), .put("c")], true), ([.delete("a"), .put("a")], false),
            ([.delete("b", "\0"), .put("z")], false), ([.delete("c", "a"), .put("b")], true),
            ([.delete("a", "c"), .delete("b", "d")], true), ([.put("a"), .range("a", "z")], true),
            ([.put("a"), .txn([.put("a")])], false),
            ([.txn([.put("a")]), .txn([.put("a")])], false),
            ([.txn([.put("a")]), .txn([.delete("a", "b")])], false),
            ([.txn([.delete("a", "b")]), .txn([.put("a")])], false),
            ([.txn([.put("a")], [.put("a")])], true),
            ([.txn([.put("a")], [.delete("a")])], true),
            ([.txn([.put("a")], [.put("a")]), .put("a")], false),
            ([.txn([.txn([.delete("a", "b")])]), .txn([.txn([.put("a")])])], false),
            ([.delete("a"), .txn([.txn([.put("a")])])], false),
            ([.txn([.txn([.put("a")], [.put("b")])], [.put("b")]), .delete("c")], true),
        ] as [([RequestOp], Bool)])
    func duplicateKeys(operations: [RequestOp], isAllowed: Bool) throws {
        let no = Compare.make("a", .version, .equal, .version(9))
        for request: TxnRequest in [
            .make([], operations), .make([no], [], operations), .make([], [.txn(operations)]),
        ] {
            if isAllowed {
                try check(request)
            } else {
                #expect(throws: KVError.duplicateKey) { try check(request) }
            }
        }
    }

    /// Against a slow twin: every pair of writes that can execute together.
    @Test func randomTransactionsAgreeWithTheTwin() {
        var random = SeededRandom(seed: 3)
        var found = [0, 0]
        for _ in 0..<3000 {
            let operations = make(depth: 2, &random)
            let conflicts = SlowDuplicates.conflict(operations)
            var refused: KVError?
            do throws(KVError) {
                try RequestCheck.txn(.make([], operations))
            } catch {
                refused = error
            }
            #expect(refused == (conflicts ? .duplicateKey : nil))
            found[conflicts ? 1 : 0] += 1
        }
        #expect(found[0] > 300 && found[1] > 300)
    }

    private func make(depth: Int, _ random: inout SeededRandom) -> [RequestOp] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            let key = String(Int.random(in: 10..<40, using: &random))
            let end = String(Int.random(in: 10..<40, using: &random))
            switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
            case 0...3: return .put(key)
            case 4: return .delete(key, end)
            default:
                return .txn(make(depth: depth - 1, &random), make(depth: depth - 1, &random))
            }
        }
    }
}

/// All pairs, without sorting or sets.
enum SlowDuplicates {
    static func conflict(_ operations: [RequestOp]) -> Bool {
        for (index, operation) in operations.enumerated() {
            if case .requestTxn(let inner)? = operation.request {
                if conflict(inner.success) || conflict(inner.failure) { return true }
            }
            for other in operations[..<index] {
                for write in writes(operation) {
                    for before in writes(other) where clash(write, before) { return true }
                }
            }
        }
        return false
    }

    private static func writes(_ operation: RequestOp) -> [RequestOp] {
        guard case .requestTxn(let inner)? = operation.request else { return [operation] }
        return (inner.success + inner.failure).flatMap(writes)
    }

    private static func clash(_ one: RequestOp, _ other: RequestOp) -> Bool {
        switch (one.request, other.request) {
        case (.requestPut(let put), .requestPut(let second)): put.key == second.key
        case (.requestPut(let put), .requestDeleteRange(let delete)),
            (.requestDeleteRange(let delete), .requestPut(let put)):
            put.key.lexicographicallyPrecedes(delete.rangeEnd)
                && !put.key.lexicographicallyPrecedes(delete.key)
        default: false
        }
    }
}
