import Basics
import StateMachine
import Testing

@testable import Replication

/// The table against a model that keeps every command in a list of its own.
@Suite("Proposal table")
struct ProposalTableTests {
    @Test("random lives agree with a slow model", arguments: 1...60 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        let model = TableModel(seed: seed)
        for _ in 0..<400 { model.act() }
        model.stop()
        #expect(model.complaints == [])
    }

    @Test("what was never handed over ends with its whole bundle, definitely")
    func definite() {
        var table = ProposalTable()
        var results: [String] = []
        for number in 0..<3 {
            _ = table.add(deadlineMilliseconds: 10 + UInt64(number)) { results.append("\($0)") }
        }
        table.close(bundle: [1, 2, 3], handedOver: false, nowMilliseconds: 0)
        for end in table.expire(nowMilliseconds: 10, cause: { _ in .timedOut }) {
            end.completion(end.result)
        }
        #expect(results.count == 3)
        #expect(results.allSatisfy { $0.contains("noLeader") })
        #expect(table.bundlesToSendAgain(nowMilliseconds: 0).isEmpty)
        #expect(table.bundleBytes == 0)
        #expect(table.lowWater == 4)
    }

    @Test("what was handed over ends one by one, and nobody knows")
    func indefinite() {
        var table = ProposalTable()
        var results: [String] = []
        for number in 0..<3 {
            _ = table.add(deadlineMilliseconds: 10 + UInt64(number)) { results.append("\($0)") }
        }
        table.close(bundle: [1, 2, 3], handedOver: false, nowMilliseconds: 0)
        #expect(table.bundlesToSendAgain(nowMilliseconds: 0) == [[1, 2, 3]])
        for end in table.expire(nowMilliseconds: 11, cause: { _ in .leaderFailed }) {
            end.completion(end.result)
        }
        #expect(results.count == 2)
        #expect(results.allSatisfy { $0.contains("leaderFailed") })
        #expect(table.lowWater == 3)
        #expect(table.bundlesToSendAgain(nowMilliseconds: 0) == [[1, 2, 3]])
        #expect(table.take(sequence: 3) != nil)
        #expect(table.take(sequence: 3) == nil)
        #expect(table.bundlesToSendAgain(nowMilliseconds: 0).isEmpty)
    }

    /// A command that has no bundle yet does not expire: the turn is not over.
    @Test("the open bundle waits for the end of the turn")
    func openBundle() {
        var table = ProposalTable()
        _ = table.add(deadlineMilliseconds: 1) { _ in }
        #expect(table.expire(nowMilliseconds: 5, cause: { _ in .timedOut }).isEmpty)
        #expect(table.unansweredCount == 1)
        #expect(table.stop().count == 1)
        #expect(table.unansweredCount == 0)
    }
}

/// A table and its model, side by side.
private final class TableModel {
    private struct Command {
        let sequence: UInt64
        let deadline: UInt64
        /// The bundle that it is in, by its number.
        var bundle: Int?
        var hasEnded = false
    }

    private struct Bundle {
        let bytes: [UInt8]
        var wasHandedOver: Bool
        var handedOverAt: UInt64
    }

    private var table = ProposalTable()
    private var commands: [Command] = []
    private var bundles: [Bundle] = []
    private var now: UInt64 = 0
    private var random: SeededRandom
    private(set) var complaints: [String] = []
    /// What completions said, by sequence.
    private var said: [UInt64: [String]] = [:]

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    func act() {
        now += random.next() % 60
        switch random.next() % 10 {
        case 0...3: add()
        case 4...5: close()
        case 6...7: answer()
        case 8: expire()
        default: now % 2 == 0 ? sendAgain() : sendOverdue()
        }
        compare()
    }

    func stop() {
        var expected: [UInt64: String] = [:]
        for index in commands.indices where !commands[index].hasEnded {
            let isKnown = commands[index].bundle.map { bundles[$0].wasHandedOver } == true
            expected[commands[index].sequence] = isKnown ? "unknown" : "refused"
            commands[index].hasEnded = true
        }
        end(table.stop(), as: expected)
        compare()
        for command in commands where said[command.sequence]?.count != 1 {
            complaints.append("\(command.sequence) was answered \(said[command.sequence] ?? [])")
        }
    }

    private func add() {
        let deadline = now + 2 * Limits.overdueMilliseconds
        let expected = UInt64(commands.count) + 1
        let sequence = table.add(deadlineMilliseconds: deadline) { [unowned self] in
            switch $0 {
            case .applied: said[expected, default: []].append("applied")
            case .refused: said[expected, default: []].append("refused")
            case .unknown: said[expected, default: []].append("unknown")
            }
        }
        if sequence != expected { complaints.append("sequence \(sequence) for \(expected)") }
        commands.append(Command(sequence: sequence, deadline: deadline))
    }

    private func close() {
        guard commands.last?.bundle == nil, !commands.isEmpty else { return }
        let isHandedOver = random.next() % 2 == 0
        let bytes = [UInt8](repeating: UInt8(bundles.count % 251), count: bundles.count % 7 + 1)
        for index in commands.indices where commands[index].bundle == nil {
            commands[index].bundle = bundles.count
        }
        bundles.append(Bundle(bytes: bytes, wasHandedOver: isHandedOver, handedOverAt: now))
        table.close(bundle: bytes, handedOver: isHandedOver, nowMilliseconds: now)
    }

    /// A command that was handed over is applied; or one that is nobody's is asked for.
    private func answer() {
        let number = random.next() % UInt64(commands.count + 2)
        let index = commands.firstIndex { $0.sequence == number && !$0.hasEnded }
        // What was never handed over is not applied.
        if let index, commands[index].bundle.map({ bundles[$0].wasHandedOver }) != true { return }
        let completion = table.take(sequence: number)
        if (completion != nil) != (index != nil) { complaints.append("take of \(number)") }
        if let index { commands[index].hasEnded = true }
        completion?(.applied(.failed(.keyNotFound)))
    }

    private func expire() {
        var expected: [UInt64: String] = [:]
        var refused: Set<Int> = []
        for index in commands.indices where !commands[index].hasEnded {
            guard let bundle = commands[index].bundle else { continue }
            let isDue = commands[index].deadline <= now || refused.contains(bundle)
            guard isDue else { continue }
            if !bundles[bundle].wasHandedOver { refused.insert(bundle) }
            expected[commands[index].sequence] =
                bundles[bundle].wasHandedOver ? "unknown" : "refused"
            commands[index].hasEnded = true
        }
        end(table.expire(nowMilliseconds: now, cause: { _ in .timedOut }), as: expected)
    }

    private func sendAgain() {
        let kept = keptBundles
        let sent = table.bundlesToSendAgain(nowMilliseconds: now)
        if sent != kept.map({ bundles[$0].bytes }) { complaints.append("sent \(sent.count)") }
        for index in kept {
            bundles[index].wasHandedOver = true
            bundles[index].handedOverAt = now
        }
    }

    private func sendOverdue() {
        let overdue = keptBundles.filter {
            bundles[$0].wasHandedOver
                && bundles[$0].handedOverAt + Limits.overdueMilliseconds <= now
        }
        let sent = table.overdueBundles(nowMilliseconds: now)
        if sent != overdue.map({ bundles[$0].bytes }) {
            complaints.append("\(sent.count) were overdue, not \(overdue.count)")
        }
        for index in overdue { bundles[index].handedOverAt = now }
    }

    /// The table keeps bundles in order: those from the oldest unanswered command on.
    private var keptBundles: Range<Int> {
        let first = commands.lazy.filter { !$0.hasEnded }.compactMap(\.bundle).first
        return (first ?? bundles.count)..<bundles.count
    }

    private func end(_ ended: [ProposalTable.Ended], as expected: [UInt64: String]) {
        let before = said
        for end in ended { end.completion(end.result) }
        for (sequence, result) in expected
        where said[sequence]?.dropFirst(before[sequence]?.count ?? 0).first != result {
            complaints.append("\(sequence) should end \(result), \(said[sequence] ?? [])")
        }
        if ended.count != expected.count { complaints.append("\(ended.count) ended") }
    }

    private func compare() {
        let waiting = commands.filter { !$0.hasEnded }
        let lowWater = waiting.first?.sequence ?? UInt64(commands.count) + 1
        if table.unansweredCount != waiting.count { complaints.append("count") }
        if table.lowWater != lowWater { complaints.append("low water \(table.lowWater)") }
        if table.nextSequence != UInt64(commands.count) + 1 { complaints.append("next") }
        let bytes = bundles[keptBundles].reduce(0) { $0 + $1.bytes.count }
        if table.bundleBytes != bytes { complaints.append("bytes \(table.bundleBytes), \(bytes)") }
    }
}
