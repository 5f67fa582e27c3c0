internal import Basics
internal import EventLoops

/// Shares a loop's time and a server's places among the TLS handshakes: a signature takes as long as a hundred
/// requests, and whoever wants to connect must not hold up those who are.
final class HandshakeDesk {
    private let loop: EventLoop
    private let handshakesMax: Int
    /// All that are under way, the oldest first.
    private var underWay: [ServerHandshake] = []
    private var waiting = RingBuffer<ServerHandshake>()
    private var turn: UInt64 = 0
    private var spentNanoseconds: UInt64 = 0

    init(loop: EventLoop, handshakesMax: Int) {
        self.loop = loop
        self.handshakesMax = handshakesMax
    }

    /// Serves those that wait from now on, in each turn.
    func start() {
        loop.onTurnStart.append { [weak self] in self?.serve() }
    }

    func begin(_ handshake: ServerHandshake) {
        underWay.append(handshake)
        // Who is slow on purpose has been here longest.
        if underWay.count > handshakesMax { underWay.removeFirst().giveWay() }
    }

    func end(_ handshake: ServerHandshake) {
        if let index = underWay.lastIndex(where: { $0 === handshake }) {
            underWay.remove(at: index)
        }
    }

    /// Whether this turn has time for another step, and nobody waits for it already.
    var hasTime: Bool { waiting.isEmpty && isWithinBudget }

    private var isWithinBudget: Bool {
        if turn != loop.turnTime {
            turn = loop.turnTime
            spentNanoseconds = 0
        }
        return spentNanoseconds < Limits.handshakeTurnNanoseconds
    }

    /// Does a step, and counts its time.
    func measure<Result>(_ step: () -> Result) -> Result {
        let start = loop.now
        let result = step()
        spentNanoseconds += loop.now - start
        return result
    }

    /// Has it go on in a later turn.
    func queue(_ handshake: ServerHandshake) {
        waiting.append(handshake)
        loop.wake()
    }

    private func serve() {
        guard !waiting.isEmpty else { return }
        while isWithinBudget, let next = waiting.popFirst() { next.goOn() }
        if !waiting.isEmpty { loop.wake() }
    }
}
