import Testing

@testable import Paxos

@Suite struct OutboxTests {
    private func accepted(_ slot: UInt64) -> Message {
        .accepted(Message.Accepted(ballot: ballot(1), first: Slot(slot), last: Slot(slot)))
    }

    @Test func aTurnIsOneBox() {
        var outbox = Outbox()
        var effects = Effects()
        outbox.append(.promised(ballot(1)), bytes: 10)
        outbox.sendWhenDurable(to: ReplicaID(2), accepted(1))
        outbox.append(.promised(ballot(2)), bytes: 10)
        outbox.sendWhenDurable(to: ReplicaID(2), accepted(2))
        outbox.sendWhenDurable(to: ReplicaID(3), accepted(3))
        outbox.sendWhenDurable(to: ReplicaID(3), accepted(5))
        outbox.flush(into: &effects, running: 7)
        #expect(effects.boxes.map(\.number) == [1])
        #expect(effects.boxes[0].records.count == 2)
        // 1 and 2 join; 3 goes to another; 5 is not next to 3.
        #expect(effects.boxes[0].messages.count == 3)
        #expect(outbox.unflushedBytes == 20)
        #expect(outbox.oldestUnflushed == 7)
        outbox.durable(1)
        #expect(outbox.unflushedBytes == 0)
        #expect(outbox.oldestUnflushed == nil)
    }

    @Test func withoutRecordsMessagesLeaveUnlessABoxIsUnderWay() {
        var outbox = Outbox()
        var effects = Effects()
        outbox.sendWhenDurable(to: ReplicaID(2), accepted(1))
        outbox.flush(into: &effects, running: 0)
        #expect(effects.messages.count == 1 && effects.boxes.isEmpty)
        effects.removeAll()
        outbox.append(.promised(ballot(1)), bytes: 10)
        outbox.flush(into: &effects, running: 0)
        outbox.sendWhenDurable(to: ReplicaID(2), accepted(1))
        outbox.flush(into: &effects, running: 0)
        #expect(effects.messages.isEmpty)
        #expect(effects.boxes.map(\.number) == [1, 2])
        #expect(effects.boxes[1].records.isEmpty)
    }

    @Test func idleIsRememberedUntilRecordsLeave() {
        var outbox = Outbox()
        var effects = Effects()
        #expect(outbox.logIsIdle)
        outbox.append(.promised(ballot(1)), bytes: 10)
        outbox.flush(into: &effects, running: 0)
        #expect(!outbox.logIsIdle)
        outbox.noteIdle()
        #expect(outbox.logIsIdle)
    }
}
