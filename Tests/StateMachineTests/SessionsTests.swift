import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// Commands that carry a session: executed once, and answered with the first result ever after.
struct SessionsTests {
    private struct Verb: Sendable, CustomTestStringConvertible {
        let name: String
        let kind: CommandKind
        let request: [UInt8]
        let isRefused: Bool
        var testDescription: String { name }

        init(
            _ name: String, _ kind: CommandKind, _ request: some ProtobufMessage,
            refused: Bool = false
        ) {
            self.name = name
            self.kind = kind
            self.request = request.serializedBytes()
            isRefused = refused
        }
    }

    private static let verbs: [Verb] = [
        Verb("put", .put, PutRequest.make("k", "2")),
        Verb("put with the pair before", .put, PutRequest.make("k", "2") { $0.prevKv = true }),
        Verb(
            "put of a key that must exist", .put,
            PutRequest.make("later", "") { $0.ignoreValue = true }, refused: true),
        Verb("delete", .deleteRange, DeleteRangeRequest.make("k")),
        Verb("delete with pairs", .deleteRange, DeleteRangeRequest.make("k", "z", true)),
        Verb("delete of nothing", .deleteRange, DeleteRangeRequest.make("later")),
        Verb(
            "transaction that succeeds", .txn,
            TxnRequest.make(
                [.make("k", .value, .equal, .value(Array("1".utf8)))],
                [.range("k"), .put("k", "2"), .range("k")])),
        Verb(
            "transaction that does not", .txn,
            TxnRequest.make(
                [.make("later", .version, .greater, .version(0))], [.put("k", "2")], [.range("k")])),
        Verb("transaction without an answer", .txn, TxnRequest.make([], [])),
        Verb("compaction", .compaction, CompactionRequest.with { $0.revision = 2 }),
        Verb("append", .readModifyWrite, ReadModifyWriteRequest.append("k", "+")),
        Verb(
            "addition to what is no number", .readModifyWrite,
            ReadModifyWriteRequest.with {
                $0.key = Array("text".utf8)
                $0.add = .with { $0.delta = 1 }
            }, refused: true),
    ]

    @Test(arguments: verbs)
    private func aRetryGetsTheFirstResult(verb: Verb) throws {
        let pair = SessionPair()
        let id = pair.register()
        for (key, value) in [("k", "1"), ("text", "a")] {
            _ = pair.run(.put, PutRequest.make(key, value))
        }
        let first = pair.run(verb.kind, bytes: verb.request, ClientSession(id, 1))
        if case .failed = first { #expect(verb.isRefused) } else { #expect(!verb.isRefused) }
        let executed = pair.states[0].keyspace.revision
        #expect(pair.run(verb.kind, bytes: verb.request, ClientSession(id, 1)) == first)
        #expect(pair.states[0].keyspace.revision == executed)
        // What would have changed the result, had it run again.
        for (key, value) in [("k", "8"), ("later", "9"), ("text", "7")] {
            _ = pair.run(.put, PutRequest.make(key, value))
        }
        let revision = pair.states[0].keyspace.revision
        for client in [0, 1, 1] {
            let retry = pair.run(
                verb.kind, bytes: verb.request, ClientSession(id, 1), at: client)
            #expect(retry == first)
        }
        #expect(pair.states[0].keyspace.revision == revision)
        #expect(pair.states[1].sessionRetryCount == 4)
    }

    @Test func idsAreGivenByTheLogAndNeverTwice() {
        let machine = Machine()
        let register = RegisterSessionRequest().serializedBytes()
        var ids: [UInt64] = []
        for count in [1, 3, 2] {
            let batch = machine.batch(Array(repeating: (.registerSession, register), count: count))
            for outcome in machine.apply(batch) {
                guard case .registerSession(let response) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
                #expect(response.session >> 16 == machine.slot)
                #expect(response.window == UInt64(Limits.sessionWindow))
                #expect(response.idleMilliseconds == Limits.sessionIdleMillisecondsMax)
                #expect(response.header.revision == 1)
                ids.append(response.session)
            }
        }
        #expect(ids.count == 6)
        #expect(ids == Set(ids).sorted())
        #expect(machine.state.sessionCount == 6)
    }

    @Test func anIDThatNobodyRegisteredHasExpired() {
        let pair = SessionPair()
        let id = pair.register()
        for other in [0, 1, id - 1, id + 1, UInt64.max] {
            #expect(pair.append("k", "x", ClientSession(other, 1)) == .failed(.sessionExpired))
        }
        #expect(pair.value("k") == nil)
    }

    @Test func aSessionCannotRegisterAnother() {
        let pair = SessionPair()
        let id = pair.register()
        let outcome = pair.run(
            .registerSession, RegisterSessionRequest(), ClientSession(id, 1))
        #expect(outcome == .failed(.malformedCommand))
        #expect(pair.states[0].sessionCount == 1)
    }

    @Test func aSessionEndsWhenNobodyHasUsedItForTooLong() {
        let pair = SessionPair()
        let idle = Limits.sessionIdleMillisecondsMax
        let (used, unused) = (pair.register(), pair.register())
        pair.milliseconds = idle
        // A retry is a use as well.
        for _ in 0..<2 {
            #expect(pair.append("k", "a", ClientSession(used, 1)) != .failed(.sessionExpired))
        }
        pair.milliseconds = idle + 1
        #expect(pair.append("k", "b", ClientSession(unused, 1)) == .failed(.sessionExpired))
        #expect(pair.states[1].sessionCount == 1)
        pair.milliseconds = 2 * idle
        #expect(pair.append("k", "c", ClientSession(used, 2)) != .failed(.sessionExpired))
        pair.milliseconds = 3 * idle + 1
        #expect(pair.append("k", "a", ClientSession(used, 1)) == .failed(.sessionExpired))
        #expect(pair.value("k") == "ac")
        #expect(pair.states[0].sessionCount == 0)
    }

    @Test func oneSessionTooManyEndsTheOneThatWasNotUsedForTheLongest() {
        let pair = SessionPair()
        pair.comparesDigests = false
        let ids = (0..<Limits.sessionsMax).map { _ in pair.register() }
        pair.comparesDigests = true
        #expect(pair.append("k", "a", ClientSession(ids[0], 1)) != .failed(.sessionExpired))
        _ = pair.register(at: 1)
        #expect(pair.states[0].sessionCount == Limits.sessionsMax)
        #expect(pair.append("k", "b", ClientSession(ids[1], 1)) == .failed(.sessionExpired))
        for id in [ids[0], ids[2], ids[Limits.sessionsMax - 1]] {
            #expect(pair.append("k", "+", ClientSession(id, 2)) != .failed(.sessionExpired))
        }
        #expect(pair.value("k") == "a+++")
    }

    @Test func whatIsOlderThanTheWindowIsNotExecuted() {
        let pair = SessionPair()
        let id = pair.register()
        let window = UInt64(Limits.sessionWindow)
        _ = pair.append("k", "a", ClientSession(id, 2))
        let newest = pair.append("k", "b", ClientSession(id, window + 2))
        // Number 2, once executed, and 1, never executed, are forgotten alike.
        for (sequence, text) in [(2, "a"), (1, "x"), (0, "x")] {
            #expect(
                pair.append("k", text, ClientSession(id, UInt64(sequence)))
                    == .failed(.sequenceForgotten))
        }
        // Number 3 is late, but not too late.
        #expect(pair.append("k", "c", ClientSession(id, 3)) != .failed(.sequenceForgotten))
        #expect(pair.append("k", "b", ClientSession(id, window + 2)) == newest)
        #expect(pair.value("k") == "abc")
        _ = pair.append("k", "d", ClientSession(id, .max))
        #expect(
            pair.append("k", "b", ClientSession(id, window + 2)) == .failed(.sequenceForgotten))
        #expect(pair.value("k") == "abcd")
    }

    @Test func aSequenceBelongsToOneRequest() {
        let pair = SessionPair()
        let id = pair.register()
        _ = pair.append("k", "a", ClientSession(id, 1))
        #expect(pair.append("k", "b", ClientSession(id, 1)) == .failed(.sequenceReused))
        #expect(
            pair.run(.put, PutRequest.make("k", "b"), ClientSession(id, 1))
                == .failed(.sequenceReused))
        #expect(pair.value("k") == "a")
    }

    /// Our own resend of a try, and the client's retry, meet in any order.
    @Test func theClientsRetriesAndOurOwnAreTwoThings() throws {
        let machine = Machine()
        let id: UInt64 = 1 << 16
        let register = machine.batch([(.registerSession, [])])
        #expect(machine.apply(register).count == 1)
        func tries(_ count: Int) -> [[UInt8]] {
            (0..<count).map { _ in
                machine.sequence += 1
                var writer = BundleWriter()
                writer.begin(origin: machine.origin, lowWater: 0)
                ReadModifyWriteRequest.append("k", "once").serializedBytes().withUnsafeBytes {
                    writer.append(
                        .readModifyWrite, sequence: machine.sequence,
                        session: ClientSession(id, 1), request: $0)
                }
                return writer.finish()
            }
        }
        let both = tries(2)
        let outcomes = [both[1], both[0], both[1], both[0]].map { machine.apply($0) }
        #expect(outcomes.map(\.count) == [1, 1, 0, 0])
        #expect(outcomes[0] == outcomes[1])
        #expect(try machine.value("k") == "once")
    }

    @Test func ofABigResultTheSummaryIsKept() throws {
        let pair = SessionPair()
        let id = pair.register()
        let big = String(repeating: "x", count: Limits.sessionDetailBytesMax)
        _ = pair.run(.put, PutRequest.make("k", big))
        let header = ResponseHeader.with { $0.revision = 3 }
        let put = PutRequest.make("k", big + "y") { $0.prevKv = true }
        #expect(pair.run(.put, put, ClientSession(id, 1)) != .put(.with { $0.header = header }))
        #expect(pair.run(.put, put, ClientSession(id, 1)) == .put(.with { $0.header = header }))
        let append = pair.append("k", "z", ClientSession(id, 2))
        guard case .readModifyWrite(let whole) = append else {
            Issue.record("\(append)")
            return
        }
        #expect(!whole.pairsOmitted)
        let summary = ReadModifyWriteResponse.with {
            $0.header = whole.header
            $0.applied = true
            $0.pairsOmitted = true
        }
        #expect(pair.append("k", "z", ClientSession(id, 2)) == .readModifyWrite(summary))
        let txn = TxnRequest.make([], [.range("k"), .put("other")])
        _ = pair.run(.txn, txn, ClientSession(id, 3))
        guard case .txn(let answer) = pair.run(.txn, txn, ClientSession(id, 3), at: 1) else {
            Issue.record("no transaction")
            return
        }
        #expect(answer.succeeded)
        #expect(answer.responses.isEmpty)
        #expect(answer.header.revision == 5)
        let delete = DeleteRangeRequest.make("a", "z", true)
        _ = pair.run(.deleteRange, delete, ClientSession(id, 4))
        guard case .deleteRange(let deleted) = pair.run(.deleteRange, delete, ClientSession(id, 4))
        else {
            Issue.record("no deletion")
            return
        }
        #expect(deleted.deleted == 2)
        #expect(deleted.prevKvs.isEmpty)
        #expect(deleted.header.revision == 6)
    }

    @Test(arguments: [
        ("65536-1", ClientSession(65536, 1)), ("1-18446744073709551615", ClientSession(1, .max)),
        ("007-2", ClientSession(7, 2)),
    ])
    func namesAreRead(text: String, session: ClientSession) {
        #expect(ClientSession(text) == session)
    }

    @Test(arguments: [
        "", "-", "1", "1-", "-1", "0-1", "1-0", "1-2-3", "1 -2", "+1-2", "1-18446744073709551616",
        "0x1-2", "١-1", "1–2",
    ])
    func whatIsNoNameIsRefused(text: String) {
        #expect(ClientSession(text) == nil)
    }
}
