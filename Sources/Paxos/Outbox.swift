internal import Basics

/// Joins the records of one turn, and the messages that wait for them, into one box; numbers the boxes and
/// knows which are durable. Boxes are first in, first out (P11).
struct Outbox: Sendable {
    private struct Unflushed: Sendable {
        let box: UInt64
        let bytes: Int
        let since: UInt64
    }

    private var records: [DurableRecord] = []
    private var recordBytes = 0
    private var messages: [Effects.Outbound] = []
    /// The highest number that was given to a box.
    private(set) var emittedBox: UInt64 = 0
    /// All boxes up to this number are durable.
    private(set) var durableBox: UInt64 = 0
    private var unflushed = RingBuffer<Unflushed>()
    /// Bytes in boxes that are not durable yet, and in the open one.
    private(set) var unflushedBytes = 0
    /// Remembered from `Input.logIdle` until a box is handed out.
    private(set) var logIsIdle = true
    private let injectedBug: PaxosBug?

    init(injectedBug: PaxosBug? = nil) { self.injectedBug = injectedBug }

    /// The number that the open box will get, if it gets a record.
    var openBox: UInt64 { emittedBox + 1 }

    var hasRecords: Bool { !records.isEmpty }

    /// Since when the oldest box has been waiting for the disk, in the reading given at `flush`.
    var oldestUnflushed: UInt64? { unflushed.first?.since }

    mutating func append(_ record: DurableRecord, bytes: Int) {
        records.append(record)
        recordBytes += bytes
        unflushedBytes += bytes
    }

    /// The message leaves when everything recorded so far is durable.
    mutating func sendWhenDurable(to receiver: ReplicaID, _ message: Message) {
        if case .accepted(let next) = message, joinAccepted(next, to: receiver) { return }
        messages.append(Effects.Outbound(to: receiver, message))
    }

    /// Accepted for the slot after the last one joins it: one message per run of slots.
    private mutating func joinAccepted(_ next: Message.Accepted, to receiver: ReplicaID) -> Bool {
        guard let newest = messages.last, newest.receiver == receiver,
            case .accepted(let run) = newest.message, run.ballot == next.ballot,
            run.last.next == next.first
        else { return false }
        messages[messages.count - 1] = Effects.Outbound(
            to: receiver,
            .accepted(Message.Accepted(ballot: run.ballot, first: run.first, last: next.last)))
        return true
    }

    /// What was to leave with the open box does not.
    mutating func dropMessages() { messages = [] }

    /// Closes the open box. Messages without any record before them leave at once.
    mutating func flush(into effects: inout Effects, running: UInt64) {
        let overtakes = injectedBug == .promiseOvertakesAccept
        if records.isEmpty && (messages.isEmpty || durableBox == emittedBox || overtakes) {
            if !messages.isEmpty {
                effects.messages.append(contentsOf: messages)
                messages.removeAll(keepingCapacity: true)
            }
            return
        }
        emittedBox += 1
        effects.boxes.append(
            Effects.Box(number: emittedBox, records: records, messages: messages))
        unflushed.append(Unflushed(box: emittedBox, bytes: recordBytes, since: running))
        if !records.isEmpty { logIsIdle = false }
        records = []
        recordBytes = 0
        messages = []
    }

    mutating func durable(_ box: UInt64) {
        precondition(box <= emittedBox, "a box is durable that was never handed out")
        durableBox = max(durableBox, box)
        while let oldest = unflushed.first, oldest.box <= durableBox {
            unflushedBytes -= oldest.bytes
            unflushed.popFirst()
        }
    }

    mutating func noteIdle() { logIsIdle = true }
}
