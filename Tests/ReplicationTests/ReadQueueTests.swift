import Basics
import Testing

@testable import Replication

/// The queue against a model that keeps every read by itself.
@Suite("Read queue")
struct ReadQueueTests {
    @Test("random lives agree with a slow model", arguments: 1...60 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        let model = QueueModel(seed: seed)
        for _ in 0..<300 { model.act() }
        model.stop()
        #expect(model.complaints == [])
    }

    @Test("a read is ready when its slot is applied, not when it is confirmed")
    func waitsForItsSlot() {
        var queue = ReadQueue()
        queue.add { _ in }
        #expect(queue.hasArriving)
        #expect(queue.closeGroup(deadlineMilliseconds: 9) == 1)
        #expect(queue.closeGroup(deadlineMilliseconds: 9) == nil)
        #expect(queue.takeReady(appliedSlot: 100).isEmpty)
        queue.confirm(upTo: 1, slot: 7)
        #expect(queue.takeReady(appliedSlot: 6).isEmpty)
        #expect(queue.takeReady(appliedSlot: 7).count == 1)
        #expect(queue.waitingCount == 0)
    }

    /// A later, higher slot must not make an earlier read wait longer, nor a lower one let it go early.
    @Test("the first confirmation of a read stands")
    func firstConfirmation() {
        var queue = ReadQueue()
        queue.add { _ in }
        _ = queue.closeGroup(deadlineMilliseconds: 9)
        queue.confirm(upTo: 1, slot: 5)
        queue.confirm(upTo: 1, slot: 9)
        #expect(queue.takeReady(appliedSlot: 5).count == 1)
    }
}

extension ReadQueueTests {
    @Test("who waits too long hears for what")
    func delays() {
        var queue = ReadQueue()
        for deadline in 1...4 as ClosedRange<UInt64> {
            queue.add { _ in }
            _ = queue.closeGroup(deadlineMilliseconds: deadline)
            if deadline == 1 { queue.confirm(upTo: 1, slot: 5) }
            if deadline == 3 { queue.noteLeader() }
        }
        queue.confirm(upTo: 2, slot: 9)
        let delays = queue.takeExpired(nowMilliseconds: 4).map(\.delay)
        #expect(delays == [.applying, .applying, .leaderChanged, .confirmation])
        #expect(queue.waitingCount == 0)
    }
}

private final class QueueModel {
    private struct Read {
        let identity: Int
        var group: UInt64?
        var deadline: UInt64 = 0
        var slot: UInt64?
    }

    private var queue = ReadQueue()
    private var reads: [Read] = []
    private var lastGroup: UInt64 = 0
    private var lastIdentity = 0
    private var now: UInt64 = 0
    private var slot: UInt64 = 0
    private var appliedSlot: UInt64 = 0
    private var called: [Int] = []
    private var random: SeededRandom
    private(set) var complaints: [String] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    func act() {
        now += random.next() % 3
        switch random.next() % 12 {
        case 0...4: add()
        case 5...7: close()
        case 8...9: confirm()
        case 10: apply()
        default: expire()
        }
        if queue.waitingCount != reads.count { complaints.append("\(queue.waitingCount) wait") }
    }

    func stop() {
        let expected = reads.map(\.identity)
        run(queue.takeAll(), expecting: expected)
        reads = []
        if queue.waitingCount != 0 { complaints.append("something waits after the end") }
        if called.count != lastIdentity || Set(called).count != lastIdentity {
            complaints.append("\(called.count) calls for \(lastIdentity) reads")
        }
    }

    private func add() {
        lastIdentity += 1
        let identity = lastIdentity
        reads.append(Read(identity: identity))
        queue.add { [unowned self] _ in called.append(identity) }
    }

    private func close() {
        let isExpected = reads.contains { $0.group == nil }
        if isExpected { lastGroup += 1 }
        let number = queue.closeGroup(deadlineMilliseconds: now + 15)
        if number != (isExpected ? lastGroup : nil) { complaints.append("group") }
        for index in reads.indices where reads[index].group == nil {
            reads[index].group = lastGroup
            reads[index].deadline = now + 15
        }
    }

    /// Rounds confirm upwards: slots do not fall.
    private func confirm() {
        slot += random.next() % 5
        let number = random.next() % (lastGroup + 1)
        queue.confirm(upTo: number, slot: slot)
        for index in reads.indices {
            guard let group = reads[index].group, group <= number else { continue }
            reads[index].slot = reads[index].slot ?? slot
        }
    }

    private func apply() {
        appliedSlot = min(slot, appliedSlot + random.next() % 6)
        let ready = reads.prefix { $0.slot.map { $0 <= appliedSlot } == true }
        run(queue.takeReady(appliedSlot: appliedSlot), expecting: ready.map(\.identity))
        reads.removeFirst(ready.count)
    }

    private func expire() {
        let expired = reads.prefix { $0.group != nil && $0.deadline <= now }
        let taken = queue.takeExpired(nowMilliseconds: now)
        let delays = expired.map { $0.slot == nil ? ReadDelay.confirmation : .applying }
        if taken.map(\.delay) != delays { complaints.append("\(taken.map(\.delay))") }
        run(taken.map(\.completion), expecting: expired.map(\.identity))
        reads.removeFirst(expired.count)
    }

    private func run(_ completions: [ReadQueue.Completion], expecting identities: [Int]) {
        let before = called.count
        for completion in completions { completion(.ready) }
        // Those that had no group yet come first when the process ends.
        if Set(called[before...]) != Set(identities) || completions.count != identities.count {
            complaints.append("\(called[before...]) instead of \(identities)")
        }
    }
}
