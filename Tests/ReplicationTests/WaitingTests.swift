import Basics
import Paxos
import Testing

@testable import Replication

/// Messages on their way out: behind their records, and one frame per peer.
@Suite("Outgoing messages")
struct WaitingTests {
    /// P11: a message leaves when its own and all earlier boxes are durable, in order, once.
    @Test("boxes are first in, first out", arguments: 1...40 as ClosedRange<UInt64>)
    func waitingRoom(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var room = WaitingRoom()
        var model: [(box: UInt64, message: Effects.Outbound)] = []
        var number: UInt64 = 0
        var durable: UInt64 = 0
        for _ in 0..<300 {
            if random.next() % 2 == 0 {
                number += 1 + random.next() % 2
                let messages = (0..<random.next() % 4).map { _ in Self.message(random.next()) }
                model += messages.map { (number, $0) }
                room.keep(Effects.Box(number: number, records: [], messages: messages))
            } else {
                durable = min(number, durable + random.next() % 4)
                var released: [Effects.Outbound] = []
                room.release(upTo: durable) { released.append($0) }
                #expect(released == model.prefix { $0.box <= durable }.map(\.message))
                model.removeAll { $0.box <= durable }
            }
            #expect(room.count == Set(model.map(\.box)).count)
        }
    }

    @Test("the messages of a dead acceptor never leave")
    func dropped() {
        var room = WaitingRoom()
        for number in 1...4 as ClosedRange<UInt64> {
            room.keep(Effects.Box(number: number, records: [], messages: [Self.message(number)]))
        }
        room.drop(upTo: 3)
        var released: [Effects.Outbound] = []
        room.release(upTo: 4) { released.append($0) }
        #expect(released == [Self.message(4)])
        room.keep(Effects.Box(number: 5, records: [], messages: [Self.message(5)]))
        room.drop()
        #expect(room.count == 0)
    }

    @Test("each peer gets its messages, in order, and nobody else's")
    func outbox() {
        var random = SeededRandom(seed: 4)
        var outbox = PeerOutbox()
        // Far enough apart for nothing to wait.
        for now in stride(from: UInt64(0), to: 20_000, by: 1_000) {
            var model: [ReplicaID: [Message]] = [:]
            for _ in 0..<random.next() % 30 {
                let outbound = Self.message(random.next())
                model[outbound.receiver, default: []].append(outbound.message)
                outbox.add(outbound)
            }
            var drained: [ReplicaID: [Message]] = [:]
            outbox.drain(nowMilliseconds: now) { peer, messages in
                #expect(drained[peer] == nil, "one frame per peer and turn")
                drained[peer] = messages
            }
            #expect(drained == model)
        }
    }

    @Test("a peer's messages of one turn are bounded, and others do not suffer")
    func bounded() {
        var outbox = PeerOutbox()
        let bundle = [UInt8](repeating: 1, count: 40 << 20)
        let large = Message.forward(Message.Forward(bundle: bundle, hops: 0))
        let small = Message.decide(Message.Decide(ballot: .zero, upTo: Slot(3)))
        for _ in 0..<4 { outbox.add(Effects.Outbound(to: ReplicaID(1), large)) }
        outbox.add(Effects.Outbound(to: ReplicaID(1), small))
        outbox.add(Effects.Outbound(to: ReplicaID(2), small))
        var counts: [ReplicaID: Int] = [:]
        outbox.drain(nowMilliseconds: 0) { peer, messages in counts[peer] = messages.count }
        #expect(counts == [ReplicaID(1): 3, ReplicaID(2): 1])
        // The bound is one turn's.
        outbox.add(Effects.Outbound(to: ReplicaID(1), large))
        outbox.drain(nowMilliseconds: 0) { peer, messages in counts[peer] = messages.count }
        #expect(counts[ReplicaID(1)] == 1)
    }

    private static func message(_ number: UInt64) -> Effects.Outbound {
        Effects.Outbound(
            to: ReplicaID(number % 3 + 1),
            .decide(Message.Decide(ballot: .zero, upTo: Slot(number >> 8))))
    }
}
