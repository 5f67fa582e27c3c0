import Basics
import EtcdMessages
import MVCC
import Protobuf
import Rows
import StateMachine
import Testing

/// Slots that are applied in pieces, over a base that is asked between the pieces only.
@Suite("Slots in pieces")
struct SliceTests {
    @Test(
        "pieces, what is fetched between them, flushes and keys that give way change nothing",
        arguments: 1...6 as ClosedRange<UInt64>)
    func sameAsAtOnce(seed: UInt64) throws {
        let slicer = try Slicer(seed: seed, keysMax: seed % 2 == 0 ? 3 : 12)
        let twins = slicer.twins
        var milliseconds: UInt64 = 0
        var session: UInt64 = 0
        for step in 0..<300 {
            milliseconds += slicer.random.next() % 1_000
            if step % 50 == 0 {
                slicer.notePast(ofCommands: 1)
                twins.run([(.registerSession, [], nil)], milliseconds: milliseconds)
                session = twins.slot << 16
            }
            let commands = (0..<Int.random(in: 1...5, using: &slicer.random)).map { _ in
                let (kind, request) = RandomCommand.make(
                    twins.plain.keyspace.revision, &slicer.random)
                let isNumbered = slicer.random.next() % 3 == 0 && kind != .reportDigest
                let number = 1 + slicer.random.next() % 300
                return (
                    kind, request, isNumbered ? ClientSession(id: session, sequence: number) : nil
                )
            }
            slicer.notePast(ofCommands: commands.count)
            twins.run(commands, milliseconds: milliseconds)
            #expect(twins.based.digest() == twins.plain.digest())
            if slicer.random.next() % 9 == 0 { try slicer.beginFlush() }
        }
        #expect(twins.based.blockingReadCount == 0)
        #expect(slicer.fetches > 30 && slicer.flushesEnded > 3 && slicer.turns > 400)
        #expect(twins.based.keyspace.baseFailure == nil)
        twins.based.keyspace.checkInvariants()
        let marks = twins.based.marks
        for mark in [
            StateMachineMark.applyWaitedForKeys, .applyWaitedForPiece, .applyWaitedForChange,
            .appliedInPieces,
        ] {
            #expect(marks[mark] > 0, "\(mark)")
        }
    }

    @Test(
        "a deleted range of cold keys takes as many turns as it takes, and nobody sees half of it")
    func hugeDelete() throws {
        let slicer = try Slicer(seed: 1, keysMax: 1_000)
        let twins = slicer.twins
        for slot in 0..<10 {
            let puts = (0..<500).map { number -> (CommandKind, [UInt8], ClientSession?) in
                (.put, PutRequestBytes.make("k\(slot)/\(number)", "value"), nil)
            }
            twins.run(puts, milliseconds: 1)
        }
        try twins.flush()
        twins.based.keyspace.releaseStep(budgetChanges: 20_000)
        for _ in 0..<2 { twins.based.keyspace.evictStep(budgetKeys: 20_000, bytesMax: 0) }
        #expect(!twins.based.keyspace.isComplete)
        let turns = slicer.turns
        slicer.notePast(ofCommands: 1)
        let delete = DeleteRangeRequest.make("k", "l")
        twins.run([(.deleteRange, delete.serializedBytes(), nil)], milliseconds: 2)
        #expect(slicer.turns - turns > 5)
        #expect(twins.based.keyspace.keyCount == 0)
        #expect(twins.based.digest() == twins.plain.digest())
        #expect(twins.based.blockingReadCount == 0)
    }

    @Test("no turn looks at many more keys than it may")
    func budget() throws {
        let machine = Machine()
        for number in 0..<500 { machine.put("k\(number)", "v") }
        let range = RequestOp.range("k", "l")
        let txn = TxnRequest.make(
            [.make("k", "l", .version, .greater, .version(0))],
            [range, .delete("k", "l"), .put("x"), .txn([range], []), range])
        let batch = machine.batch([
            (.txn, txn.serializedBytes()), (.put, PutRequestBytes.make("y", "1")),
        ])
        #expect(
            machine.state.open(
                slot: machine.slot + 1, batchPayload: batch, logTimeMilliseconds: 1,
                localOrigin: machine.origin))
        var turns = 0
        var outcomes: [Outcome] = []
        while machine.state.isApplying {
            var budget = ApplyBudget(keys: 100, bytes: 1_000)
            let progress = machine.state.goOn(&budget) { outcomes.append($2) }
            #expect(progress == .ended || progress == .outOfBudget)
            #expect(budget.keys > -10)
            turns += 1
        }
        // 500 conditions, 500 keys read, 500 deleted.
        #expect(turns >= 15 && turns < 30)
        guard case .txn(let response)? = outcomes.first else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(response.responses[0].responseRange.kvs.count == 500)
        #expect(response.responses[1].responseDeleteRange.deleted == 500)
        #expect(response.responses[3].responseTxn.responses[0].responseRange.kvs.isEmpty)
        #expect(response.responses[4].responseRange.count == 0)
        #expect(outcomes.count == 2)
    }

    @Test("a transaction that shows what it has written so far is found out")
    func halfAppliedVisible() throws {
        let machine = Machine()
        machine.state.injectedBug = .halfAppliedVisible
        let txn = TxnRequest.make([], [.put("a"), .put("b")])
        let batch = machine.batch([(.txn, txn.serializedBytes())])
        _ = machine.state.open(
            slot: 1, batchPayload: batch, logTimeMilliseconds: 1, localOrigin: nil)
        var seen: Set<Int> = []
        while machine.state.isApplying {
            var budget = ApplyBudget(keys: 1, bytes: 1)
            _ = machine.state.goOn(&budget) { _, _, _ in }
            seen.insert(try machine.range("a", "c").kvs.count)
        }
        #expect(seen == [0, 1, 2])
    }
}
