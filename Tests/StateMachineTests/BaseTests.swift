import Basics
import EtcdMessages
import MVCC
import Protobuf
import Rows
import StateMachine
import Testing

/// A state over a base beside one that is wholly in memory.
@Suite("The replicated state over a base")
struct BaseTests {
    /// Both states, what was flushed, and what was applied since.
    final class Twins {
        let plain = ReplicatedState()
        var based = ReplicatedState()
        let rows = MemoryRows()
        var tables: [TableRow] = []
        var unflushed: [(slot: UInt64, batch: [UInt8], milliseconds: UInt64)] = []
        let origin = Origin(replica: 7, incarnation: 70, boot: 1)
        var slot: UInt64 = 0
        var sequence: UInt64 = 0
        /// How a slot is applied above the base; nil: at once.
        var sliced: (([UInt8], UInt64) -> [Outcome])?

        init() throws { try based.restore([], over: KeyRows(rows)) }

        func run(_ commands: [(CommandKind, [UInt8], ClientSession?)], milliseconds: UInt64) {
            var writer = BundleWriter()
            writer.begin(origin: origin, lowWater: sequence / 2)
            for (kind, request, session) in commands {
                sequence += 1
                request.withUnsafeBytes {
                    writer.append(kind, sequence: sequence, session: session, request: $0)
                }
            }
            slot += 1
            let batch = writer.finish()
            unflushed.append((slot, batch, milliseconds))
            let outcomes = outcomes(plain, batch, milliseconds)
            #expect(
                outcomes
                    == (sliced?(batch, milliseconds) ?? self.outcomes(based, batch, milliseconds)))
        }

        func outcomes(
            _ state: ReplicatedState, _ batch: [UInt8], _ milliseconds: UInt64
        ) -> [Outcome] {
            var outcomes: [Outcome] = []
            let progress = state.apply(
                slot: state.appliedSlot + 1, batchPayload: batch, logTimeMilliseconds: milliseconds,
                localOrigin: origin
            ) { outcomes.append($2) }
            #expect(progress == .applied)
            return outcomes
        }

        func flush() throws {
            based.keyspace.beginFreeze()
            let tables = based.freezeTables().rows
            let writer = try FlushWriter(rows)
            while let piece = FlushPiece.next(of: based.keyspace, rowsMax: 10) {
                try writer.add(piece)
            }
            try writer.finish(tables: tables)
            based.keyspace.endFreeze()
            self.tables = try TableRow.all(in: rows)
            unflushed = []
            rows.forget(compactedRevision: based.keyspace.compactedRevision)
        }

        /// A new process: what was flushed, and the log since.
        func restart() throws {
            based = ReplicatedState()
            try based.restore(tables, over: KeyRows(rows))
            for (_, batch, milliseconds) in unflushed { _ = outcomes(based, batch, milliseconds) }
        }
    }

    @Test("the tables are those of the freeze, however late they are written out")
    func frozenTables() throws {
        let twins = try Twins()
        twins.run(
            [(.registerSession, [], nil), (.leaseGrant, grant(1), nil)], milliseconds: 1)
        let session = twins.slot << 16
        twins.run([numberedPut(session, 1)], milliseconds: 2)
        let atOnce = twins.based.freezeTables().rows
        let late = twins.based.freezeTables()
        twins.run([numberedPut(session, 2), (.leaseGrant, grant(2), nil)], milliseconds: 3)
        let leases = { (rows: [TableRow]) in rows.filter { $0.name.hasPrefix("leases/") } }
        // Leases and users are written when they have changed.
        #expect(leases(atOnce).count == 1 && leases(late.rows).isEmpty)
        let others = atOnce.filter { !$0.name.hasPrefix("leases/") && $0.name != "auth" }
        #expect(late.rows == others)
        #expect(twins.based.freezeTables().rows != late.rows)
    }

    private func grant(_ id: Int64) -> [UInt8] {
        LeaseGrantRequest.with {
            $0.id = id
            $0.ttl = 60
        }.serializedBytes()
    }

    private func numberedPut(
        _ session: UInt64, _ sequence: UInt64
    ) -> (CommandKind, [UInt8], ClientSession?) {
        let put = PutRequest.with {
            $0.key = [1]
            $0.value = [UInt8(sequence)]
        }
        return (.put, put.serializedBytes(), ClientSession(id: session, sequence: sequence))
    }

    @Test(
        "flushes, restarts and keys that give way change nothing",
        arguments: 1...6 as ClosedRange<UInt64>)
    func sameAsInMemory(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let twins = try Twins()
        var milliseconds: UInt64 = 0
        var session: UInt64 = 0
        for step in 0..<300 {
            milliseconds += random.next() % 1_000
            if step % 50 == 0 {
                twins.run([(.registerSession, [], nil)], milliseconds: milliseconds)
                session = twins.slot << 16
            }
            let commands = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                let (kind, request) = RandomCommand.make(twins.plain.keyspace.revision, &random)
                let isNumbered =
                    random.next() % 3 == 0 && kind != .reportDigest && kind != .expireLeases
                let number = 1 + random.next() % 300
                return (
                    kind, request, isNumbered ? ClientSession(id: session, sequence: number) : nil
                )
            }
            twins.run(commands, milliseconds: milliseconds)
            #expect(twins.based.digest() == twins.plain.digest())
            if random.next() % 9 == 0 { try twins.flush() }
            if random.next() % 3 == 0 { twins.based.keyspace.releaseStep(budgetChanges: 20) }
            twins.based.keyspace.evictStep(budgetKeys: 20, bytesMax: 0)
            if random.next() % 40 == 0 { try twins.restart() }
            #expect(twins.based.digest() == twins.plain.digest())
        }
        #expect(twins.based.keyspace.flushedRevision > 50)
        #expect(twins.based.keyspace.baseFailure == nil)
        twins.based.keyspace.checkInvariants()
        twins.based.leases.checkInvariants(twins.based.keyspace)
        #expect(twins.based.leases.ids == twins.plain.leases.ids)
        #expect(twins.plain.leases.grantedCount > 10)
    }

    @Test("a base without one of the tables is refused")
    func everyTableIsNeeded() throws {
        let twins = try Twins()
        twins.run([(.put, PutRequestBytes.make("a", "1"), nil)], milliseconds: 1)
        let grant = LeaseGrantRequest.with {
            $0.id = 9
            $0.ttl = 5
        }
        twins.run([(.leaseGrant, grant.serializedBytes(), nil)], milliseconds: 1)
        try twins.flush()
        for index in twins.tables.indices {
            var tables = twins.tables
            tables.remove(at: index)
            #expect(throws: KeyBaseError.self) {
                try ReplicatedState().restore(tables, over: KeyRows(twins.rows))
            }
            tables = twins.tables
            let name = tables[index].name
            tables[index] = TableRow(name: name, bytes: Array(tables[index].bytes.dropLast()))
            #expect(throws: KeyBaseError.self) {
                try ReplicatedState().restore(tables, over: KeyRows(twins.rows))
            }
        }
    }

    @Test("what cannot leave memory is not looked for again at once")
    func nothingCanBeEvicted() throws {
        let twins = try Twins()
        twins.run([(.put, PutRequestBytes.make("a", "1"), nil)], milliseconds: 1)
        let keyspace = twins.based.keyspace
        for _ in 0..<3 { #expect(!keyspace.evictStep(budgetKeys: 100, bytesMax: 0)) }
    }

    @Test("where nothing can leave memory, keys are looked for again when a flush has ended")
    func evictionGoesOnAfterAFlush() throws {
        let twins = try Twins()
        for number in 0..<100 {
            twins.run([(.put, PutRequestBytes.make("k\(number)", "1"), nil)], milliseconds: 1)
        }
        let keyspace = twins.based.keyspace
        keyspace.evictStep(budgetKeys: 100, bytesMax: 0)
        #expect(keyspace.isComplete)
        try twins.flush()
        keyspace.releaseStep(budgetChanges: 1000)
        let before = keyspace.memoryBytes
        let bytesMax = before * 3 / 4
        for _ in 0..<4 { keyspace.evictStep(budgetKeys: 100, bytesMax: bytesMax) }
        #expect(!keyspace.isComplete)
        // A little below what is allowed, and not everything that could go.
        #expect(keyspace.memoryBytes <= bytesMax)
        #expect(keyspace.memoryBytes > bytesMax / 2)
    }

    @Test("keys that are put in order do not keep those before them in memory", arguments: [1, 7])
    func evictionBehindNewKeys(stride: Int) throws {
        let twins = try Twins()
        let keyspace = twins.based.keyspace
        var most = 0
        for number in 0..<6_000 {
            let key = "k\(100_000 + number * stride % 6_000)"
            twins.run([(.put, PutRequestBytes.make(key, "1"), nil)], milliseconds: 1)
            if number % 150 == 149 { try twins.flush() }
            keyspace.releaseStep(budgetChanges: 10)
            keyspace.evictStep(budgetKeys: 3, bytesMax: 300_000)
            most = max(most, keyspace.memoryBytes)
        }
        // What is allowed, and as much again for what cannot go yet.
        #expect(most < 600_000)
    }

    @Test("keys that are on disk only are named before a batch is applied")
    func coldKeysAreNamed() throws {
        let twins = try Twins()
        for key in ["a", "b", "c", "d", "e"] {
            twins.run([(.put, PutRequestBytes.make(key, "1"), nil)], milliseconds: 1)
        }
        try twins.flush()
        let keyspace = twins.based.keyspace
        keyspace.releaseStep(budgetChanges: 100)
        for _ in 0..<2 { keyspace.evictStep(budgetKeys: 100, bytesMax: 0) }
        #expect(!keyspace.isComplete)
        let transaction = TxnRequest.with {
            $0.compare = [.with { $0.key = Array("b".utf8) }]
            $0.failure = [.with { $0.request = .requestPut(.make("c", "2")) }]
        }
        var writer = BundleWriter()
        writer.begin(origin: twins.origin, lowWater: 0)
        let commands: [(CommandKind, [UInt8])] = [
            (.put, PutRequestBytes.make("a", "2")), (.txn, transaction.serializedBytes()),
            (.deleteRange, DeleteRangeRequest.make("d").serializedBytes()),
            (.deleteRange, DeleteRangeRequest.make("e", "f").serializedBytes()),
        ]
        for (index, command) in commands.enumerated() {
            command.1.withUnsafeBytes {
                writer.append(command.0, sequence: UInt64(index), request: $0)
            }
        }
        let batch = writer.finish()
        let cold = batch.withUnsafeBytes { twins.based.coldKeys(in: $0) }
        #expect(cold == ["a", "b", "c", "d"].map { Array($0.utf8) })
        let states = try cold.map { try KeyRows(twins.rows).state(of: $0, at: nil) }
        keyspace.takeIn(cold, states, generation: keyspace.baseGeneration)
        #expect(batch.withUnsafeBytes { twins.based.coldKeys(in: $0) } == [])
        keyspace.takeIn([[1]], [nil], generation: keyspace.baseGeneration - 1)
        #expect(!keyspace.isKnown([1], at: .max))
    }
}
