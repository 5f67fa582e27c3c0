import Paxos
import Testing

@testable import Replication

@Suite("Decided slots that wait")
struct DecidedQueueTests {
    private func value(_ slot: UInt64) -> Value {
        let payload = [UInt8](repeating: UInt8(slot & 255), count: 100)
        return .batch(Value.Batch(logTimeMilliseconds: slot, payload: payload))
    }

    private func queue(_ slots: ClosedRange<UInt64>, bytesMax: Int) -> DecidedQueue {
        var queue = DecidedQueue(bytesMax: bytesMax)
        for slot in slots {
            queue.append(DecidedValue(slot: Slot(slot), value: value(slot)))
        }
        return queue
    }

    /// Applies everything; what has to be read back is read `count` values at a time.
    private func drain(_ queue: inout DecidedQueue, valuesPerRead count: UInt64) -> [UInt64] {
        var applied: [UInt64] = []
        while !queue.isEmpty {
            if let (from, upTo) = queue.beginReading() {
                let last = min(upTo.rawValue, from.rawValue + count - 1)
                let isWanted = queue.take((from.rawValue...last).map(value), from: from)
                #expect(isWanted)
            }
            guard let first = queue.first else { continue }
            #expect(first.value == value(first.slot.rawValue))
            applied.append(first.slot.rawValue)
            queue.popFirst()
        }
        return applied
    }

    @Test("all slots come out in order, whatever was left to the log", arguments: [0, 250, 1000])
    func order(bytesMax: Int) {
        var queue = queue(1...100, bytesMax: bytesMax)
        let isLetGo = queue.letGo(durableUpTo: Slot(80))
        #expect(isLetGo)
        for slot in UInt64(101)...150 {
            queue.append(DecidedValue(slot: Slot(slot), value: value(slot)))
        }
        #expect(queue.last == Slot(150))
        #expect(drain(&queue, valuesPerRead: 3) == Array(1...150))
    }

    @Test("memory keeps two parts of the size allowed, and what is not durable")
    func bound() {
        var queue = queue(1...1000, bytesMax: 1000)
        let one = value(1).byteCount
        #expect(queue.byteCount == 1000 * one)
        let isLetGo = queue.letGo(durableUpTo: Slot(1000))
        #expect(isLetGo)
        #expect(queue.byteCount <= 2000)
        var waiting = self.queue(1...1000, bytesMax: 1000)
        let isWaitingLetGo = waiting.letGo(durableUpTo: .zero)
        #expect(!isWaitingLetGo)
        #expect(waiting.byteCount == 1000 * one)
    }

    @Test("a snapshot takes slots out of every part, and makes a reading void")
    func snapshot() {
        for upTo in [UInt64(0), 3, 40, 95, 100] {
            var queue = queue(1...100, bytesMax: 500)
            let isLetGo = queue.letGo(durableUpTo: Slot(100))
            #expect(isLetGo)
            while queue.first != nil { queue.popFirst() }
            guard let (from, _) = queue.beginReading() else {
                Issue.record("nothing was left to the log")
                continue
            }
            queue.drop(upTo: Slot(upTo))
            let isWanted = queue.take([value(from.rawValue), value(from.rawValue + 1)], from: from)
            #expect(isWanted == (upTo < from.rawValue))
            let rest = drain(&queue, valuesPerRead: 7)
            let next = max(upTo + 1, from.rawValue)
            #expect(rest == (next <= 100 ? Array(next...100) : []))
        }
    }
}
