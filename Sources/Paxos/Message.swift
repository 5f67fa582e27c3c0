/// What replicas say to each other. docs/Protocol.md draws who says what to whom, story by story.
public enum Message: Equatable, Sendable {
    // Election.
    case probe(Probe)
    case probeAnswer(ProbeAnswer)
    case prepare(Prepare)
    case promise(Promise)
    /// MoveLeader: the receiver may prepare without a probe.
    case takeOver(TakeOver)
    /// The answer to a Prepare or probe of somebody who is no member any more (P24).
    case removed(Removed)
    /// A leader to somebody who is no member any more: nobody needs it (P24).
    case retire(Retire)

    // The normal case.
    case accept(Accept)
    case accepted(Accepted)
    case reject(Reject)
    case decide(Decide)
    case heartbeat(Heartbeat)
    case heartbeatAnswer(HeartbeatAnswer)

    // Linearizable reads.
    case readRound(ReadRound)
    case readRoundAnswer(ReadRoundAnswer)
    case readRequest(ReadRequest)
    case readAnswer(ReadAnswer)

    // Laggards, and commands on their way to the leader.
    case catchUpRequest(CatchUpRequest)
    case catchUpValues(CatchUpValues)
    case forward(Forward)
    /// Not the core's: from the program around one core to that around another.
    case host(Host)

    /// Bytes of the program around the core, for instance about a snapshot: a way to its peers, in the order of
    /// all messages. The core does not look at them.
    public struct Host: Equatable, Sendable {
        public let payload: [UInt8]
        public init(payload: [UInt8]) { self.payload = payload }
    }

    /// Would you promise? Asked before a Prepare, so that a node that cannot win disturbs nobody.
    public struct Probe: Equatable, Sendable {
        /// New for each attempt and echoed, so that old answers do not count.
        public let number: UInt64
        public let decidedUpTo: Slot
        public init(number: UInt64, decidedUpTo: Slot) {
            self.number = number
            self.decidedUpTo = decidedUpTo
        }
    }

    public struct ProbeAnswer: Equatable, Sendable {
        public let number: UInt64
        /// False while the sender hears a live leader.
        public let wouldPromise: Bool
        public let promised: Ballot
        public let decidedUpTo: Slot
        public init(number: UInt64, wouldPromise: Bool, promised: Ballot, decidedUpTo: Slot) {
            self.number = number
            self.wouldPromise = wouldPromise
            self.promised = promised
            self.decidedUpTo = decidedUpTo
        }
    }

    /// Phase 1a for all slots from `fromSlot` on.
    public struct Prepare: Equatable, Sendable {
        public let ballot: Ballot
        public let fromSlot: Slot
        public init(ballot: Ballot, fromSlot: Slot) {
            self.ballot = ballot
            self.fromSlot = fromSlot
        }
    }

    /// Phase 1b: one chunk of what the sender accepted from `fromSlot` on. Complete when the chunks
    /// 0...n have come and n says `isLast`.
    public struct Promise: Equatable, Sendable {
        public let ballot: Ballot
        public let fromSlot: Slot
        /// Slots up to here were decided and are no longer kept: to be fetched, never "nothing".
        public let truncatedUpTo: Slot
        public let decidedUpTo: Slot
        public let highestAccepted: Slot
        public let chunk: UInt32
        public let isLast: Bool
        public let values: [AcceptedValue]
        public init(
            ballot: Ballot, fromSlot: Slot, truncatedUpTo: Slot, decidedUpTo: Slot,
            highestAccepted: Slot, chunk: UInt32, isLast: Bool, values: [AcceptedValue]
        ) {
            self.ballot = ballot
            self.fromSlot = fromSlot
            self.truncatedUpTo = truncatedUpTo
            self.decidedUpTo = decidedUpTo
            self.highestAccepted = highestAccepted
            self.chunk = chunk
            self.isLast = isLast
            self.values = values
        }
    }

    public struct TakeOver: Equatable, Sendable {
        public let ballot: Ballot
        public let decidedUpTo: Slot
        public init(ballot: Ballot, decidedUpTo: Slot) {
            self.ballot = ballot
            self.decidedUpTo = decidedUpTo
        }
    }

    /// That slot is decided and holds a membership without the receiver.
    public struct Removed: Equatable, Sendable {
        public let slot: Slot
        public init(slot: Slot) { self.slot = slot }
    }

    /// That slot is decided and holds a membership without the receiver, and a quorum of its voters knows so, and
    /// all that was decided before, durably.
    public struct Retire: Equatable, Sendable {
        public let slot: Slot
        public init(slot: Slot) { self.slot = slot }
    }

    /// Phase 2a, with the leader's decided watermark riding on it.
    public struct Accept: Equatable, Sendable {
        public let ballot: Ballot
        public let slot: Slot
        public let decidedUpTo: Slot
        public let value: Value
        public init(ballot: Ballot, slot: Slot, decidedUpTo: Slot, value: Value) {
            self.ballot = ballot
            self.slot = slot
            self.decidedUpTo = decidedUpTo
            self.value = value
        }
    }

    /// Phase 2b: the sender has accepted `first...last` in `ballot`, durably.
    public struct Accepted: Equatable, Sendable {
        public let ballot: Ballot
        public let first: Slot
        public let last: Slot
        public init(ballot: Ballot, first: Slot, last: Slot) {
            self.ballot = ballot
            self.first = first
            self.last = last
        }
    }

    /// The answer to a Prepare, Accept or read round of too low a ballot.
    public struct Reject: Equatable, Sendable {
        public let ballot: Ballot
        public let promised: Ballot
        /// Whether the sender hears a live leader at `promised`.
        public let knowsLiveLeader: Bool
        public init(ballot: Ballot, promised: Ballot, knowsLiveLeader: Bool) {
            self.ballot = ballot
            self.promised = promised
            self.knowsLiveLeader = knowsLiveLeader
        }
    }

    /// Slots up to `upTo` that were accepted in exactly `ballot` are decided.
    public struct Decide: Equatable, Sendable {
        public let ballot: Ballot
        public let upTo: Slot
        public init(ballot: Ballot, upTo: Slot) {
            self.ballot = ballot
            self.upTo = upTo
        }
    }

    /// From the leader to everybody, and from everybody to everybody with the leader it hears.
    public struct Heartbeat: Equatable, Sendable {
        /// New for each heartbeat, echoed in the answer: measures the round trip.
        public let number: UInt64
        /// The sender's ballot if it leads, else the ballot of the leader it last heard.
        public let ballot: Ballot
        public let isLeader: Bool
        /// If it leads: since when it has not been in contact with a quorum. Else: since when it has
        /// not heard that leader.
        public let silenceMilliseconds: UInt32
        public let decidedUpTo: Slot
        /// How long the oldest accept has been waiting for the sender's disk.
        public let unflushedMilliseconds: UInt32
        public init(
            number: UInt64, ballot: Ballot, isLeader: Bool, silenceMilliseconds: UInt32,
            decidedUpTo: Slot, unflushedMilliseconds: UInt32
        ) {
            self.number = number
            self.ballot = ballot
            self.isLeader = isLeader
            self.silenceMilliseconds = silenceMilliseconds
            self.decidedUpTo = decidedUpTo
            self.unflushedMilliseconds = unflushedMilliseconds
        }
    }

    public struct HeartbeatAnswer: Equatable, Sendable {
        public let number: UInt64
        public let promised: Ballot
        /// The sender's durable, contiguous prefix of accepted or decided slots.
        public let durableUpTo: Slot
        /// The slot of the newest membership that the sender knows durably to be decided.
        public let configurationSlot: Slot
        public let unflushedMilliseconds: UInt32
        public init(
            number: UInt64, promised: Ballot, durableUpTo: Slot, configurationSlot: Slot,
            unflushedMilliseconds: UInt32
        ) {
            self.number = number
            self.promised = promised
            self.durableUpTo = durableUpTo
            self.configurationSlot = configurationSlot
            self.unflushedMilliseconds = unflushedMilliseconds
        }
    }

    /// "Do I still lead?" The number is never used twice under one ballot.
    public struct ReadRound: Equatable, Sendable {
        public let ballot: Ballot
        public let number: UInt64
        public init(ballot: Ballot, number: UInt64) {
            self.ballot = ballot
            self.number = number
        }
    }

    /// Yes, as far as the sender knows: it has promised nothing higher.
    public struct ReadRoundAnswer: Equatable, Sendable {
        public let ballot: Ballot
        public let number: UInt64
        public init(ballot: Ballot, number: UInt64) {
            self.ballot = ballot
            self.number = number
        }
    }

    /// A follower asks the leader for the slot that its linearizable reads must wait for.
    public struct ReadRequest: Equatable, Sendable {
        public let incarnation: Incarnation
        public let boot: BootNumber
        /// New for each attempt.
        public let counter: UInt64
        public init(incarnation: Incarnation, boot: BootNumber, counter: UInt64) {
            self.incarnation = incarnation
            self.boot = boot
            self.counter = counter
        }
    }

    public struct ReadAnswer: Equatable, Sendable {
        public let request: ReadRequest
        public let slot: Slot
        public init(request: ReadRequest, slot: Slot) {
            self.request = request
            self.slot = slot
        }
    }

    /// Asks any peer for decided values from `fromSlot` on.
    public struct CatchUpRequest: Equatable, Sendable {
        public let fromSlot: Slot
        public let bytesMax: UInt32
        public init(fromSlot: Slot, bytesMax: UInt32) {
            self.fromSlot = fromSlot
            self.bytesMax = bytesMax
        }
    }

    /// Decided values of consecutive slots from `fromSlot` on, and how far the sender knows decisions.
    public struct CatchUpValues: Equatable, Sendable {
        public let fromSlot: Slot
        public let values: [Value]
        public let decidedUpTo: Slot
        /// Slots up to here can no longer be had from the sender's log. Nor from its state, if `decidedUpTo` is
        /// below: it has lost that.
        public let truncatedUpTo: Slot
        public init(fromSlot: Slot, values: [Value], decidedUpTo: Slot, truncatedUpTo: Slot) {
            self.fromSlot = fromSlot
            self.values = values
            self.decidedUpTo = decidedUpTo
            self.truncatedUpTo = truncatedUpTo
        }
    }

    /// A bundle of commands on its way to the leader.
    public struct Forward: Equatable, Sendable {
        public let bundle: [UInt8]
        /// 0 from the origin, 1 after the one relay hop that is allowed.
        public let hops: UInt8
        public init(bundle: [UInt8], hops: UInt8) {
            self.bundle = bundle
            self.hops = hops
        }
    }
}

/// A value that an acceptor accepted, with the ballot it did so in.
public struct AcceptedValue: Equatable, Sendable {
    public let slot: Slot
    public let ballot: Ballot
    public let value: Value
    public init(slot: Slot, ballot: Ballot, value: Value) {
        self.slot = slot
        self.ballot = ballot
        self.value = value
    }
}
