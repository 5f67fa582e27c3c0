/// What a core wants done. The order of persist and send is in the types: a message in `messages` may
/// leave now, one in a box waits for the box's records.
public struct Effects: Equatable, Sendable {
    /// Messages that depend on no record.
    public var messages: [Outbound] = []
    /// Records to persist, oldest first, each with the messages that wait for it and for all earlier
    /// boxes.
    public var boxes: [Box] = []
    /// Newly decided slots, in slot order without gaps but those that `Input.installed` fills.
    public var decided: [DecidedValue] = []
    public var notices: [Notice] = []

    public init() {}

    /// A message and its receiver.
    public struct Outbound: Equatable, Sendable {
        public let receiver: ReplicaID
        public let message: Message
        public init(to receiver: ReplicaID, _ message: Message) {
            self.receiver = receiver
            self.message = message
        }
    }

    /// Records that become durable in their order, with the messages that wait until all of them are.
    public struct Box: Equatable, Sendable {
        /// Rises by one per box in the life of a core, from 1; reported back by `Input.durable`.
        public let number: UInt64
        public var records: [DurableRecord]
        public var messages: [Outbound]
        public init(number: UInt64, records: [DurableRecord], messages: [Outbound]) {
            self.number = number
            self.records = records
            self.messages = messages
        }
    }

    /// News for the replica around the core.
    public enum Notice: Equatable, Sendable {
        /// Another leader is known, or none. On a new leader all unanswered commands are sent again.
        case leaderChanged(Ballot?)
        /// The reads up to this number may be answered once all slots up to `slot` are applied.
        case readReady(number: UInt64, slot: Slot)
        /// Decided values from `fromSlot` on are no longer in memory: read them from the log.
        case readLog(fromSlot: Slot, upTo: Slot, bytesMax: UInt32, for: ReplicaID)
        /// Slots that this replica lacks are in no log any more that can be heard: `replica` has them in its
        /// state. Said again while it is so and nothing comes of it; a caller that is about it already need
        /// not answer.
        case snapshotNeeded(from: ReplicaID, atLeast: Slot)
        /// The queue of proposals is full: this bundle was not taken and will never be proposed.
        case overloaded(bundle: [UInt8])
        /// The acceptor was killed: the messages of boxes up to this number that have not left do not
        /// leave any more. The records stay where they are.
        case dropMessages(boxesUpTo: UInt64)
        /// The end of a change of the membership, by the number of `Input.change`; each has one.
        case changeEnded(number: UInt64, ChangeOutcome)
        /// This replica is no member any more since that slot was decided: it votes and leads no more.
        case removed(by: Slot)
        /// A quorum of the voters that came after it has all that this replica, which is no member any more since
        /// that slot, could be asked for: it may end for good.
        case retired(by: Slot)
        /// A safety rule was seen broken: the process must stop with this report.
        case fatal(String)
    }

    public mutating func removeAll() {
        messages.removeAll(keepingCapacity: true)
        boxes.removeAll(keepingCapacity: true)
        decided.removeAll(keepingCapacity: true)
        notices.removeAll(keepingCapacity: true)
    }
}
