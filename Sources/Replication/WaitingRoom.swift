internal import Basics
internal import Paxos

/// Messages that wait in their boxes until the records beside them are durable, first in, first out
/// (P11).
struct WaitingRoom {
    private struct WaitingBox {
        let number: UInt64
        let messages: [Effects.Outbound]
    }

    private var boxes = RingBuffer<WaitingBox>(capacity: 64)
    private var lastNumber: UInt64 = 0

    var count: Int { boxes.count }

    /// Keeps the messages of a box; boxes come in the order of their numbers.
    mutating func keep(_ box: Effects.Box) {
        precondition(box.number > lastNumber, "boxes are numbered in order")
        lastNumber = box.number
        if !box.messages.isEmpty {
            boxes.append(WaitingBox(number: box.number, messages: box.messages))
        }
    }

    /// The sender of the messages in boxes up to `number` is dead: they do not leave.
    mutating func drop(upTo number: UInt64 = .max) {
        while let box = boxes.first, box.number <= number { boxes.popFirst() }
    }

    /// The messages of all boxes up to `number`, in order.
    mutating func release(upTo number: UInt64, into outbound: (Effects.Outbound) -> Void) {
        while let box = boxes.first, box.number <= number {
            box.messages.forEach(outbound)
            boxes.popFirst()
        }
    }
}
