import Basics
import EtcdMessages
import MVCC
import Protobuf
import Rows
import StateMachine
import Testing

/// A state over a base whose slots take many turns, with all that may happen between two of them.
final class Slicer {
    let twins: BaseTests.Twins
    var random: SeededRandom
    private(set) var turns = 0
    private(set) var fetches = 0
    private(set) var flushesEnded = 0
    private var writer: FlushWriter?
    private var tables: [TableRow] = []
    private let keysMax: Int
    /// What was visible before the slot; nil for a slot of more than one command.
    private var past: (revision: Int64, pairs: [[UInt8]])?

    init(seed: UInt64, keysMax: Int) throws {
        twins = try BaseTests.Twins()
        random = SeededRandom(seed: seed)
        self.keysMax = keysMax
        twins.sliced = { [unowned self] in apply($0, $1) }
    }

    private var state: ReplicatedState { twins.based }

    private func apply(_ batch: [UInt8], _ milliseconds: UInt64) -> [Outcome] {
        var outcomes: [Outcome] = []
        rest()
        #expect(
            state.open(
                slot: state.appliedSlot + 1, batchPayload: batch,
                logTimeMilliseconds: milliseconds, localOrigin: twins.origin))
        while true {
            turns += 1
            var budget = ApplyBudget(
                keys: Int.random(in: 1...keysMax, using: &random), bytes: 1 << 20)
            let progress = state.goOn(&budget) { outcomes.append($2) }
            if progress == .ended { return outcomes }
            comparePast()
            if case .needs(let need) = progress { fetch(need) }
            rest()
        }
    }

    // MARK: What is visible

    func notePast(ofCommands count: Int) {
        past = count == 1 ? (twins.based.keyspace.revision, pairs(of: twins.plain)) : nil
    }

    /// What is visible while a transaction is open is what there was before it.
    private func comparePast() {
        guard state.keyspace.isWriting, let past else { return }
        #expect(state.keyspace.revision == past.revision)
        #expect(pairs(of: state) == past.pairs)
    }

    private func pairs(of state: ReplicatedState) -> [[UInt8]] {
        var pairs: [[UInt8]] = []
        let keyspace = state.keyspace
        _ = keyspace.scan(.unbounded(lower: [0]), at: keyspace.revision) { key, state in
            pairs.append(key + state.value)
            if case .present(let newest) = keyspace.newestState(of: key) {
                #expect(newest == state)
            }
            return true
        }
        return pairs
    }

    // MARK: What happens between turns

    private func fetch(_ need: ApplyNeed) {
        fetches += 1
        let generation = state.keyspace.baseGeneration
        let supply = supply(need)
        // The news of the end of a flush may come between the question and the answer.
        rest()
        state.take(supply, for: need, generation: generation)
    }

    private func supply(_ need: ApplyNeed) -> ApplySupply {
        let base = KeyRows(twins.rows)
        do {
            switch need {
            case .states(let keys):
                #expect(keys.count <= Limits.fetchedKeys)
                return .states(try keys.map { try base.state(of: $0, at: nil) })
            case .piece(let needed):
                return .piece(
                    try base.piece(
                        of: needed.interval, at: needed.revision, descending: needed.descending,
                        keysMax: Int.random(in: 1...keysMax, using: &random)))
            case .firstChange(let start):
                return .firstChange(try base.firstChange(from: start))
            }
        } catch {
            Issue.record(error)
            return .firstChange(nil)
        }
    }

    private func rest() {
        if random.next() % 3 == 0 { goOnWithFlush() }
        if random.next() % 3 == 0 { state.keyspace.releaseStep(budgetChanges: 20) }
        state.keyspace.evictStep(budgetKeys: 20, bytesMax: 0)
    }

    func beginFlush() throws {
        guard writer == nil, !state.keyspace.hasReleaseWork else { return }
        state.keyspace.beginFreeze()
        tables = state.freezeTables().rows
        twins.unflushed = []
        writer = try FlushWriter(twins.rows)
    }

    private func goOnWithFlush() {
        guard let writer else { return }
        do {
            let keyspace = state.keyspace
            if let piece = FlushPiece.next(of: keyspace, rowsMax: 10) {
                return try writer.add(piece)
            }
            try writer.finish(tables: tables)
            keyspace.endFreeze()
            self.writer = nil
            flushesEnded += 1
        } catch {
            Issue.record(error)
        }
    }
}
