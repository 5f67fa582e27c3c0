import Basics
import MVCC
import Rows
import Testing

/// Random histories against the slow twin.
struct KeyspacePropertyTests {
    /// One run: both stores, and the randomness that drives them.
    struct Run {
        let keyspace = Keyspace()
        var model = ModelStore()
        var random: SeededRandom
        let alphabet: Int
        let rows = MemoryRows()
        /// The flush under way.
        var writer: FlushWriter?

        init(seed: UInt64, alphabet: Int, overBase: Bool = false) {
            random = SeededRandom(seed: seed)
            self.alphabet = alphabet
            if overBase { keyspace.put(over: KeyRows(rows)) }
        }

        /// A piece of a flush, the beginning of one or its end; some keys give way.
        mutating func flushStep() throws {
            if writer == nil {
                keyspace.beginFreeze()
                writer = try FlushWriter(rows)
            }
            guard let writer else { return }
            let count = Int.random(in: 1...20, using: &random)
            if let piece = FlushPiece.next(of: keyspace, rowsMax: count) {
                return try writer.add(piece)
            }
            try writer.finish(tables: [])
            if keyspace.compactedRevision > 0, Bool.random(using: &random) {
                rows.forget(compactedRevision: keyspace.compactedRevision)
            }
            // Reads may come between the end of a flush and the news of it.
            if Bool.random(using: &random) { try compareReads() }
            keyspace.endFreeze()
            self.writer = nil
        }

        mutating func key() -> [UInt8] {
            let number = Int.random(in: 0..<alphabet, using: &random)
            let text = number % 3 == 0 ? "k\(number)" : "key/with/a/common/prefix/\(number)"
            return Array(text.utf8)
        }

        mutating func interval() -> KeyInterval {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .single(key())
            case 1: .unbounded(lower: key())
            case 2: .bounded(lower: key(), upper: key())
            default: KeyInterval(key: [0], rangeEnd: [0])
            }
        }

        mutating func transaction(operations: Int) {
            var transaction = keyspace.beginWrite()
            var sub: Int64 = 0
            var touched: Set<[UInt8]> = []
            for _ in 0..<operations {
                if Int.random(in: 0..<4, using: &random) > 0 {
                    let key = key()
                    guard touched.insert(key).inserted else { continue }
                    let value = [UInt8(truncatingIfNeeded: random.next())]
                    let before = model.state(of: key, at: .max)
                    let previous = transaction.put(key, value: value, lease: sub)
                    #expect(previous.exists == (before != nil))
                    if let before { #expect(previous == before) }
                    model.put(key, value, sub, Revision(main: transaction.revision, sub: sub))
                    sub += 1
                } else {
                    sub = delete(&transaction, sub, &touched)
                }
            }
            let before = keyspace.revision
            #expect(before == model.revision)
            if sub > 0 { model.revision += 1 }
            #expect(transaction.end() == model.revision)
        }

        private mutating func delete(
            _ transaction: inout WriteTransaction, _ sub: Int64, _ touched: inout Set<[UInt8]>
        ) -> Int64 {
            let interval = interval()
            let doomed = model.scan(interval, at: .max)
            guard doomed.allSatisfy({ !touched.contains($0.0) }) else { return sub }
            var given: [[UInt8]] = []
            let count = transaction.delete(interval) { key, _ in given.append(key) }
            #expect(count == doomed.count)
            #expect(given == doomed.map(\.0))
            for (offset, row) in doomed.enumerated() {
                touched.insert(row.0)
                let revision = Revision(main: transaction.revision, sub: sub + Int64(offset))
                model.rows.append(.init(revision: revision, key: row.0, state: nil))
            }
            return sub + Int64(doomed.count)
        }

        mutating func compact() throws {
            let target = Int64.random(in: -2...(model.revision + 1), using: &random)
            if target <= model.compacted {
                #expect(throws: KeyspaceError.compacted(model.compacted)) {
                    try keyspace.compact(to: target)
                }
            } else if target > model.revision {
                #expect(throws: KeyspaceError.future(model.revision)) {
                    try keyspace.compact(to: target)
                }
            } else {
                try keyspace.compact(to: target)
                model.compacted = target
            }
        }

        mutating func compareReads() throws {
            let wanted = Int64.random(in: max(0, model.compacted)...model.revision, using: &random)
            let key = key()
            #expect(keyspace.state(of: key, at: wanted) == model.state(of: key, at: wanted))
            let interval = interval()
            let expected = model.scan(interval, at: wanted)
            #expect(keyspace.count(in: interval, at: wanted) == expected.count)
            for isDescending in [false, true] {
                let found = scan(interval, at: wanted, descending: isDescending)
                let model = isDescending ? expected.reversed() : expected
                #expect(found.map(\.0) == model.map(\.0))
                #expect(found.map(\.1) == model.map(\.1))
            }
        }

        /// The whole interval in pieces, as a sliced read does it.
        private mutating func scan(
            _ interval: KeyInterval, at wanted: Int64, descending: Bool
        ) -> [([UInt8], KeyState)] {
            var found: [([UInt8], KeyState)] = []
            var rest: KeyInterval? = interval
            while let piece = rest {
                let keysMax = Int.random(in: 1...9, using: &random)
                rest =
                    keyspace.scan(piece, at: wanted, descending: descending, keysMax: keysMax) {
                        found.append(($0, $1))
                        return true
                    }.rest
            }
            return found
        }

        mutating func compareChanges() throws {
            let start = Int64.random(in: max(0, model.compacted)...model.revision, using: &random)
            var found: [Change] = []
            var from = start
            while from <= keyspace.revision {
                let next = try keyspace.changes(from: from, changesMax: 3) { found.append($0) }
                #expect(next > from)
                from = next
            }
            #expect(found == model.changes(from: start))
        }
    }

    @Test(arguments: [(1, 7), (2, 40), (3, 300), (4, 300), (5, 2), (6, 1000)] as [(UInt64, Int)])
    func randomHistoriesAgree(seed: UInt64, alphabet: Int) throws {
        var run = Run(seed: seed, alphabet: alphabet)
        for step in 0..<(alphabet < 100 ? 300 : 120) {
            let operations = [0, 1, 1, 1, 2, 5, 12]
            run.transaction(operations: operations[Int(run.random.next() % 7)])
            if step % 7 == 0 { try run.compact() }
            if step % 3 == 0 { _ = run.keyspace.releaseStep(budgetChanges: step % 5) }
            if step % 4 == 0 { try run.compareReads() }
            if step % 40 == 0 {
                try run.compareChanges()
                run.keyspace.checkInvariants()
            }
        }
        while run.keyspace.releaseStep(budgetChanges: 10) {}
        run.keyspace.checkInvariants()
        try run.compareReads()
        try run.compareChanges()
    }

    /// The same with a base below that takes everything over, and keys that give way.
    @Test(
        arguments: [
            (1, 7), (2, 40), (3, 300), (4, 300), (5, 2), (6, 1000), (7, 40), (8, 40),
        ] as [(UInt64, Int)]
    )
    func randomHistoriesOverABaseAgree(seed: UInt64, alphabet: Int) throws {
        var run = Run(seed: seed, alphabet: alphabet, overBase: true)
        for step in 0..<(alphabet < 100 ? 400 : 200) {
            let operations = [0, 1, 1, 1, 2, 5, 12]
            run.transaction(operations: operations[Int(run.random.next() % 7)])
            if step % 7 == 0 { try run.compact() }
            for _ in 0..<Int.random(in: 0...8, using: &run.random) { try run.flushStep() }
            if step % 3 == 0 { run.keyspace.releaseStep(budgetChanges: step % 9) }
            if step % 2 == 0 { run.keyspace.evictStep(budgetKeys: step % 40, bytesMax: 0) }
            if step % 4 == 0 { try run.compareReads() }
            if step % 40 == 0 {
                try run.compareChanges()
                run.keyspace.checkInvariants()
            }
        }
        #expect(run.keyspace.flushedRevision > 1)
        #expect(alphabet < 100 || !run.keyspace.isComplete)
        try run.compareReads()
        try run.compareChanges()
    }

    /// Flushed or not, in memory or not: digests and counters are the same.
    @Test func digestIgnoresWhereKeysLie() throws {
        var below = Run(seed: 11, alphabet: 60, overBase: true)
        var above = Run(seed: 11, alphabet: 60)
        for step in 0..<150 {
            below.transaction(operations: 4)
            above.transaction(operations: 4)
            if step % 30 == 29 {
                try below.compact()
                try above.compact()
            }
            // The same randomness for both.
            let random = below.random
            for _ in 0..<3 { try below.flushStep() }
            below.keyspace.releaseStep(budgetChanges: 5)
            below.keyspace.evictStep(budgetKeys: 10, bytesMax: 0)
            below.random = random
            var digests = (StateDigest(), StateDigest())
            below.keyspace.add(to: &digests.0)
            above.keyspace.add(to: &digests.1)
            #expect(digests.0.value == digests.1.value)
            #expect(below.keyspace.counters == above.keyspace.counters)
        }
        #expect(below.keyspace.flushedRevision > 100)
        #expect(!below.keyspace.isComplete)
    }

    /// A process that starts again knows what was flushed, and nothing else.
    @Test func aBaseAloneGivesTheTableOfTheFreeze() throws {
        var run = Run(seed: 12, alphabet: 50, overBase: true)
        for step in 0..<200 {
            run.transaction(operations: 3)
            if step % 50 == 20 { try run.compact() }
        }
        run.keyspace.beginFreeze()
        let counters = run.keyspace.counters
        let model = run.model
        let writer = try FlushWriter(run.rows)
        while let piece = FlushPiece.next(of: run.keyspace, rowsMax: 6) {
            try writer.add(piece)
            run.transaction(operations: 1)
        }
        try writer.finish(tables: [])
        run.keyspace.restore(counters, over: KeyRows(run.rows))
        run.model = model
        try run.compareReads()
        try run.compareChanges()
        for step in 0..<50 {
            run.transaction(operations: 3)
            try run.compareReads()
            if step % 10 == 0 { try run.compareChanges() }
        }
        run.keyspace.checkInvariants()
    }

    /// What compaction has freed so far is nobody's business: neither of readers nor of the digest.
    @Test func digestIgnoresHowFarMemoryWasFreed() throws {
        var eager = Run(seed: 9, alphabet: 50)
        var lazy = Run(seed: 9, alphabet: 50)
        for step in 0..<80 {
            eager.transaction(operations: 3)
            lazy.transaction(operations: 3)
            if step % 20 == 19 {
                try eager.compact()
                try lazy.compact()
                while eager.keyspace.releaseStep(budgetChanges: 3) {}
            }
            var digests = (StateDigest(), StateDigest())
            eager.keyspace.add(to: &digests.0)
            lazy.keyspace.add(to: &digests.1)
            #expect(digests.0.value == digests.1.value)
        }
        #expect(eager.keyspace.changeCount < lazy.keyspace.changeCount)
        var digest = StateDigest()
        eager.keyspace.add(to: &digest)
        var transaction = eager.keyspace.beginWrite()
        transaction.put([1], value: [2])
        transaction.end()
        var changed = StateDigest()
        eager.keyspace.add(to: &changed)
        #expect(digest.value != changed.value)
    }
}
