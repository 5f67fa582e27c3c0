internal import Paxos
internal import PaxosCodec

/// The wires between all processes. A connection is what TCP would make of it; what goes wrong on it goes
/// wrong with whole frames, and with bits past every checksum but our own.
package final class SimNetwork {
    /// What travels.
    enum Cargo { case hello, frame }

    /// A frame that was sent, kept to be sent again much later.
    private struct OldFrame {
        let bytes: [UInt8]
        let sender: SimMachine
        let receiver: SimMachine
    }

    /// A frame is closed at this size, as the peers' hub does it.
    static let frameBytes = 64 << 10
    private static let oldFramesKept = 48

    private unowned let world: World
    private let machineCount: Int
    private var connections: [SimConnection?]
    private var isDialing: [Bool]
    /// How many causes cut the way from one machine to another.
    private var cuts: [Int]
    /// Of each way, on top of the ordinary delay.
    private var extraDelay: [UInt64]
    /// Ways that nothing cuts or slows any more.
    private var isKeptOpen: [Bool]
    private var oldFrames: [OldFrame] = []
    /// What goes wrong with frames, each a thousandth.
    package var quality: NetworkQuality
    /// Why connections were refused.
    package internal(set) var refusals: [String] = []

    // What was done so far.
    package private(set) var framesSent = 0
    package private(set) var flipsMade = 0
    package private(set) var flipsCaught = 0
    private var chance: FrameChance

    init(_ world: World) {
        self.world = world
        quality = world.knobs.network
        chance = FrameChance(seed: world.seed)
        // One more: the place of a twin.
        machineCount = world.knobs.nodeCount + 1
        let pairs = machineCount * machineCount
        connections = Array(repeating: nil, count: pairs)
        isDialing = Array(repeating: false, count: pairs)
        cuts = Array(repeating: 0, count: pairs)
        extraDelay = Array(repeating: 0, count: pairs)
        isKeptOpen = Array(repeating: false, count: pairs)
    }

    // MARK: Connections

    /// The open or closed connection between two living processes; nil if there was none.
    func connection(_ one: SimProcess, _ other: SimProcess) -> SimConnection? {
        guard let found = connections[pair(one.machine, other.machine)], found.joins(one, other)
        else { return nil }
        return found
    }

    /// Whether the one has said hello on the connection to the other.
    func isHeard(_ process: SimProcess, by other: SimProcess) -> Bool {
        connection(process, other)?.heard(by: other) != nil
    }

    func started(_ process: SimProcess) {
        for peer in world.peers(of: process.machine) {
            if peer.process?.isStarted == true { connectLater(process.machine, peer) }
        }
    }

    func ended(_ process: SimProcess) {
        for peer in world.peers(of: process.machine) {
            let place = pair(process.machine, peer)
            connections[place]?.close()
            connections[place] = nil
        }
    }

    func connectLater(_ one: SimMachine, _ other: SimMachine) {
        let place = pair(one, other)
        guard !isDialing[place] else { return }
        isDialing[place] = true
        world.timeline.after(world.networkDice.number(in: 500...20_000)) { [self] in
            isDialing[place] = false
            connect(one, other)
        }
    }

    private func connect(_ one: SimMachine, _ other: SimMachine) {
        guard one.replicaID != other.replicaID, let left = one.process, let right = other.process,
            left.isStarted, right.isStarted
        else { return }
        let place = pair(one, other)
        guard connections[place]?.isOpen != true else { return }
        // A connection needs both ways; it is tried again when they are mended.
        if isCut(one, other) || isCut(other, one) { return }
        world.trace.note(.connect, node: one.index, UInt64(other.index), 0, other.name)
        let isDialer = one.replicaID < other.replicaID
        connections[place] = SimConnection(
            dialer: isDialer ? left : right, taker: isDialer ? right : left, in: world)
    }

    /// Breaks the connection between two machines, if there is one.
    package func breakConnection(_ one: SimMachine, _ other: SimMachine) {
        connections[pair(one, other)]?.close()
    }

    /// Forgets all connections and frames.
    func clear() {
        connections = Array(repeating: nil, count: connections.count)
        oldFrames = []
    }

    // MARK: Ways

    /// One more cause cuts the way from `sender` to `receiver`.
    package func cut(_ sender: SimMachine, _ receiver: SimMachine) {
        cuts[way(sender, receiver)] += 1
    }

    /// One cause less cuts it.
    package func mend(_ sender: SimMachine, _ receiver: SimMachine) {
        let place = way(sender, receiver)
        precondition(cuts[place] > 0, "a way that was cut")
        cuts[place] -= 1
        if cuts[place] == 0 { connectLater(sender, receiver) }
    }

    package func isCut(_ sender: SimMachine, _ receiver: SimMachine) -> Bool {
        let place = way(sender, receiver)
        return cuts[place] > 0 && !isKeptOpen[place]
    }

    /// From here on nothing cuts or slows this way.
    package func keepOpen(_ sender: SimMachine, _ receiver: SimMachine) {
        isKeptOpen[way(sender, receiver)] = true
        extraDelay[way(sender, receiver)] = 0
        connectLater(sender, receiver)
    }

    /// From now on frames of this way take so much longer.
    package func slow(_ sender: SimMachine, _ receiver: SimMachine, by microseconds: UInt64) {
        let place = way(sender, receiver)
        if !isKeptOpen[place] { extraDelay[place] = microseconds }
    }

    // MARK: Frames

    func transmit(
        _ frame: [UInt8], from sender: SimProcess, to receiver: SimProcess,
        on connection: SimConnection
    ) {
        framesSent += 1
        world.trace.note(
            .send, node: sender.machine.index, UInt64(receiver.machine.index), UInt64(frame.count),
            "to \(receiver.machine.name) bytes \(frame.count)")
        keep(frame, sender.machine, receiver.machine)
        if chance.isLost(quality) {
            return world.trace.note(.lose, node: sender.machine.index)
        }
        for _ in 0..<(chance.isDoubled(quality) ? 2 : 1) {
            var bytes = frame
            let isFlipped = flipBits(&bytes)
            let now = world.timeline.nowMicroseconds
            var arrival =
                now + delay(for: .frame) + extraDelay[way(sender.machine, receiver.machine)]
            if !chance.overtakes(quality) {
                arrival = connection.arrival(at: receiver, notBefore: arrival)
            }
            arrive(at: receiver, after: arrival - now, on: connection) { [self] in
                deliver(bytes, isFlipped, from: sender.machine, to: receiver, on: connection)
            }
        }
    }

    /// What has come for a process that stands still is read later, one connection after another: something
    /// old of one peer may well be read after something new of another.
    private func arrive(
        at receiver: SimProcess, after microseconds: UInt64, on connection: SimConnection,
        _ action: @escaping () -> Void
    ) {
        world.timeline.after(microseconds) { [self] in
            guard !receiver.isDead else { return }
            let now = world.timeline.nowMicroseconds
            let pausedUntil = receiver.machine.pausedUntil
            guard pausedUntil > now else { return action() }
            let read = connection.arrival(
                at: receiver, notBefore: pausedUntil + chance.readingDelay())
            arrive(at: receiver, after: read - now, on: connection, action)
        }
    }

    private func deliver(
        _ bytes: [UInt8], _ isFlipped: Bool, from sender: SimMachine, to receiver: SimProcess,
        on connection: SimConnection
    ) {
        guard connection.isOpen, !isCut(sender, receiver.machine) else {
            return world.trace.note(.lose, node: receiver.machine.index)
        }
        world.trace.note(
            .deliver, node: receiver.machine.index, UInt64(sender.index), UInt64(bytes.count),
            "from \(sender.name) bytes \(bytes.count)")
        do throws(FrameError) {
            let isTaken = try receiver.receive(bytes, from: sender, on: connection)
            if isFlipped, isTaken { world.note(.frameCheck, "a frame with flipped bits was taken") }
        } catch {
            noteRefusal(
                wasFlipped: isFlipped, "\(receiver.machine.name) cannot read a frame: \(error)")
            connection.close()
        }
    }

    func delay(for cargo: Cargo) -> UInt64 { chance.delay(quality) }

    /// Flips bits now and then; true if it did.
    func flipBits(_ bytes: inout [UInt8]) -> Bool {
        guard chance.flip(&bytes, quality) else { return false }
        flipsMade += 1
        return true
    }

    func noteRefusal(wasFlipped: Bool, _ text: String) {
        if wasFlipped { flipsCaught += 1 } else { world.note(.frameCheck, text) }
    }

    // MARK: Old frames

    private func keep(_ frame: [UInt8], _ sender: SimMachine, _ receiver: SimMachine) {
        guard quality.keepsOldFrames, chance.isKept() else { return }
        let old = OldFrame(bytes: frame, sender: sender, receiver: receiver)
        if oldFrames.count < Self.oldFramesKept { return oldFrames.append(old) }
        oldFrames[chance.index(below: oldFrames.count)] = old
    }

    /// Delivers one of the frames that were sent long ago, perhaps by an earlier process.
    package func replayOldFrame(_ dice: inout Dice) {
        guard !oldFrames.isEmpty else { return }
        let old = oldFrames[dice.index(below: oldFrames.count)]
        guard let receiver = old.receiver.process, let sender = old.sender.process,
            let connection = connection(sender, receiver)
        else { return }
        world.trace.note(.fault, node: old.receiver.index, 77, 0, "a frame of long ago")
        receiver.later(1) { [self] in
            deliver(old.bytes, false, from: old.sender, to: receiver, on: connection)
        }
    }

    private func pair(_ one: SimMachine, _ other: SimMachine) -> Int {
        way(one.index < other.index ? one : other, one.index < other.index ? other : one)
    }

    private func way(_ sender: SimMachine, _ receiver: SimMachine) -> Int {
        sender.index * machineCount + receiver.index
    }
}
