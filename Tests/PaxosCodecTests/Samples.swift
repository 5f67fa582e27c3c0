import Basics
import Paxos

/// Random values of the protocol's types, the same for the same seed.
struct Samples {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// Small, large and extreme numbers alike, so that every varint length occurs.
    mutating func number() -> UInt64 { random.next() >> UInt64.random(in: 0..<64, using: &random) }

    mutating func narrow() -> UInt32 { UInt32(truncatingIfNeeded: number()) }

    mutating func flag() -> Bool { Bool.random(using: &random) }

    /// As `number`, up to what another node is believed.
    mutating func counter() -> UInt64 { number() >> 3 }

    mutating func slot() -> Slot { Slot(number() >> 18) }

    mutating func ballot() -> Ballot {
        Ballot(round: counter(), replica: ReplicaID(random.next()), incarnation: .init(number()))
    }

    mutating func bytes(max: Int = 300) -> [UInt8] {
        (0..<Int.random(in: 0...max, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
    }

    mutating func text() -> String {
        String(
            (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                "aé漢🂡z".randomElement(using: &random)!
            })
    }

    mutating func membership() -> Membership {
        let count = Int.random(in: 0..<6, using: &random)
        let seats = (0..<count).map { index in
            let kind = Seat.Kind.allCases.randomElement(using: &random)!
            let isBound = kind == .voter || flag()
            return Seat(
                replica: ReplicaID(random.next() &* 8 &+ UInt64(index)),
                incarnation: isBound ? Incarnation(number()) : nil, kind: kind, name: text(),
                peerURLs: (0..<index).map { _ in text() },
                clientURLs: (0..<index).map { _ in text() },
                laterFields: flag() ? bytes(max: 8) : [])
        }
        return Membership(seats: seats)
    }

    mutating func value() -> Value {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .noOperation
        case 1: .lead(.init(ballot: ballot(), logTimeMilliseconds: counter()))
        case 2: .membership(membership())
        case 3:
            .reference(.init(digest: (0..<32).map { UInt8($0) }, byteCount: number()))
        default: .batch(.init(logTimeMilliseconds: counter(), payload: bytes()))
        }
    }

    mutating func accepted() -> AcceptedValue {
        AcceptedValue(slot: slot(), ballot: ballot(), value: value())
    }

    mutating func memory() -> PeerMemory {
        PeerMemory(
            replica: ReplicaID(random.next()), incarnation: Incarnation(random.next()),
            start: start(), promised: ballot(), accepted: slot())
    }

    mutating func start() -> ProcessStart {
        ProcessStart(boot: BootNumber(number()), nonce: random.next())
    }

    /// One record of every kind.
    mutating func records() -> [DurableRecord] {
        [
            .promised(ballot()), .accepted(accepted()), .decided(ballot: ballot(), upTo: slot()),
            .learned(slot: slot(), value: value()), .truncated(upTo: slot()),
            .configuration(slot: slot(), membership: membership()), .heard(memory()),
        ]
    }

    mutating func readRequest() -> Message.ReadRequest {
        .init(incarnation: .init(random.next()), boot: .init(number()), counter: number())
    }

    /// One message of every kind.
    mutating func messages() -> [Message] {
        election() + normalCase() + [
            .readRound(.init(ballot: ballot(), number: number())),
            .readRoundAnswer(.init(ballot: ballot(), number: number())),
            .readRequest(readRequest()),
            .readAnswer(.init(request: readRequest(), slot: slot())),
            .catchUpRequest(.init(fromSlot: slot(), bytesMax: narrow())),
            .catchUpValues(
                .init(
                    fromSlot: slot(), values: (0..<5).map { _ in value() }, decidedUpTo: slot(),
                    truncatedUpTo: slot())),
            .forward(.init(bundle: bytes(), hops: UInt8.random(in: 0...255, using: &random))),
            .host(.init(payload: bytes())),
        ]
    }

    private mutating func election() -> [Message] {
        [
            .probe(.init(number: number(), decidedUpTo: slot())),
            .probeAnswer(
                .init(
                    number: number(), wouldPromise: flag(), promised: ballot(),
                    decidedUpTo: slot())),
            .prepare(.init(ballot: ballot(), fromSlot: slot())),
            .promise(
                .init(
                    ballot: ballot(), fromSlot: slot(), truncatedUpTo: slot(), decidedUpTo: slot(),
                    highestAccepted: slot(), chunk: narrow(), isLast: flag(),
                    values: (0..<4).map { _ in accepted() })),
            .takeOver(.init(ballot: ballot(), decidedUpTo: slot())),
            .removed(.init(slot: slot())),
            .retire(.init(slot: slot())),
        ]
    }

    private mutating func normalCase() -> [Message] {
        [
            .accept(.init(ballot: ballot(), slot: slot(), decidedUpTo: slot(), value: value())),
            .accepted(.init(ballot: ballot(), first: slot(), last: slot())),
            .reject(.init(ballot: ballot(), promised: ballot(), knowsLiveLeader: flag())),
            .decide(.init(ballot: ballot(), upTo: slot())),
            .heartbeat(
                .init(
                    number: number(), ballot: ballot(), isLeader: flag(),
                    silenceMilliseconds: narrow(), decidedUpTo: slot(),
                    unflushedMilliseconds: narrow())),
            .heartbeatAnswer(
                .init(
                    number: number(), promised: ballot(), durableUpTo: slot(),
                    configurationSlot: slot(), unflushedMilliseconds: narrow())),
        ]
    }
}
