internal import Paxos
internal import PaxosCodec
internal import Replication

/// A connection between two processes, as the peers' hub keeps it: both say hello, then frames count.
/// The one with the lower id dials.
package final class SimConnection {
    private final class End {
        let process: SimProcess
        /// What the other side said last; nil before the first word.
        var heard: Hello?
        /// What this side said last; nil before its first word.
        var said: [UInt8]?
        var hasSpoken: Bool { said != nil }
        var lastHelloAt: UInt64 = 0
        /// When the newest frame for this end arrives.
        var lastFrameAt: UInt64 = 0

        init(_ process: SimProcess) { self.process = process }
    }

    private let world: World
    private let dialer: End
    private let taker: End
    package private(set) var isOpen = true

    init(dialer: SimProcess, taker: SimProcess, in world: World) {
        self.world = world
        self.dialer = End(dialer)
        self.taker = End(taker)
        sayHello(from: self.dialer, to: self.taker)
    }

    func joins(_ one: SimProcess, _ other: SimProcess) -> Bool {
        (dialer.process === one && taker.process === other)
            || (dialer.process === other && taker.process === one)
    }

    /// What `process` was told on this connection.
    func heard(by process: SimProcess) -> Hello? { isOpen ? end(of: process).heard : nil }

    func sayHelloAgain(from process: SimProcess) {
        guard isOpen, end(of: process).heard != nil else { return }
        sayHello(from: end(of: process), to: other(than: process))
    }

    /// What this side said before it heard the other one may be true no more.
    private func repeatHello(from sender: End, to receiver: End) {
        let peer = receiver.process.machine.replicaID
        if sender.said != sender.process.replica?.hello(to: peer).encode() {
            sayHello(from: sender, to: receiver)
        }
    }

    /// When a frame for `process` arrives that takes until `arrival` on its way: not before an earlier one.
    func arrival(at process: SimProcess, notBefore arrival: UInt64) -> UInt64 {
        let end = end(of: process)
        end.lastFrameAt = max(end.lastFrameAt, arrival)
        return end.lastFrameAt
    }

    /// Closes the connection; each side that knew of it hears so a moment later. They dial again.
    func close() {
        guard isOpen else { return }
        isOpen = false
        world.trace.note(
            .disconnect, node: dialer.process.machine.index,
            UInt64(taker.process.machine.index), 0, taker.process.machine.name)
        for (end, peer) in [(dialer, taker), (taker, dialer)] where end.heard != nil {
            end.process.later(world.networkDice.number(in: 50...2000)) {
                end.process.lostConnection(to: peer.process.machine.replicaID)
            }
        }
        world.network.connectLater(dialer.process.machine, taker.process.machine)
    }

    private func end(of process: SimProcess) -> End { process === dialer.process ? dialer : taker }

    private func other(than process: SimProcess) -> End {
        process === dialer.process ? taker : dialer
    }

    /// Hellos keep their order.
    private func sayHello(from sender: End, to receiver: End) {
        guard let replica = sender.process.replica, sender.process.isStarted else { return }
        var bytes = replica.hello(to: receiver.process.machine.replicaID).encode()
        sender.said = bytes
        let isFlipped = world.network.flipBits(&bytes)
        let now = world.timeline.nowMicroseconds
        sender.lastHelloAt = max(sender.lastHelloAt, now + world.network.delay(for: .hello))
        receiver.process.later(sender.lastHelloAt - now) { [self] in
            guard isOpen else { return }
            if world.network.isCut(sender.process.machine, receiver.process.machine) {
                return close()
            }
            receive(bytes, isFlipped: isFlipped, at: receiver, from: sender)
        }
    }

    private func receive(
        _ bytes: [UInt8], isFlipped: Bool, at receiver: End, from sender: End
    ) {
        guard let replica = receiver.process.replica else { return }
        let hello: Hello
        do throws(FrameError) {
            hello = try bytes.withUnsafeBufferPointer { buffer throws(FrameError) in
                try Hello.decode(UnsafeRawBufferPointer(buffer))
            }
        } catch {
            world.network.noteRefusal(wasFlipped: isFlipped, "a hello cannot be read: \(error)")
            return close()
        }
        if isFlipped { return world.note(.frameCheck, "a hello with flipped bits was read") }
        if !receiver.hasSpoken { sayHello(from: receiver, to: sender) }
        world.trace.note(
            .hello, node: receiver.process.machine.index, UInt64(sender.process.machine.index),
            hello.boot.rawValue, "from \(sender.process.machine.name)")
        if let reason = replica.receive(hello) {
            world.network.refusals.append(reason)
            return close()
        }
        guard !receiver.process.isDead else { return }
        receiver.process.noteBoot(hello, of: sender.process.machine)
        let isNew = receiver.heard == nil
        receiver.heard = hello
        if isNew {
            repeatHello(from: receiver, to: sender)
            replica.connected(sender.process.machine.replicaID)
        }
        receiver.process.requestTurn()
    }
}
