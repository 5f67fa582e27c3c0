internal import Basics
internal import Observability
package import Paxos
internal import PaxosCodec
package import Replication
internal import Rows
internal import StateMachine
internal import WriteAheadLog

/// One process of a member: the real replica over the real log. Only the disk below and the wires are the
/// world's. Everything that it does to the outside passes `mayAct`, so that it can be ended between any
/// two effects.
package final class SimProcess: PeerLink {
    /// How a process ends.
    enum Death: Int {
        case killed, powerLost, halted, diskFailed, unusableDirectory, lifeOver, retired
    }

    let machine: SimMachine
    let world: World
    package private(set) var replica: Replica?
    /// The boot number is durable; peers may hear from it.
    package private(set) var isStarted = false
    private(set) var isDead = false
    /// How many more effects it may have before it is gone; nil for no end.
    private var effectsLeft: Int?
    private var endOfEffects = Death.killed
    private var isTurnDue = false
    /// The highest slot that it was told is decided, in recovery or since.
    private(set) var decidedUpTo = Slot.zero
    /// The core at the last look at what must hold from then to now.
    var lastSeen: PaxosCore?
    private(set) var turnCount: UInt64 = 0
    /// The slot whose state was compared last.
    var lastDigestSlot: UInt64 = 0
    /// The newest start that it was told of each machine's directory.
    var bootsHeard: [Int: (life: Incarnation, boot: BootNumber)] = [:]

    /// When a frame of each life of a peer came last.
    var framesHeard: [Incarnation: UInt64] = [:]

    init(on machine: SimMachine) {
        self.machine = machine
        world = machine.world
    }

    // MARK: Life

    func run() {
        let disk = SimDisk(
            machine,
            owner: SimDisk.Owner(
                wake: { [unowned self] in requestTurn() },
                fail: { [unowned self] in failDisk($0) },
                durable: { [machine] segment, offset, bytes in
                    machine.durable(segment, offset, bytes)
                },
                mayAct: { [unowned self] in mayAct() }))
        self.disk = disk
        var known: Membership?
        decidedUpTo = Slot(machine.base.slot ?? 0)
        do throws(RecoveryError) {
            let parts = try Recovery.run(
                disk: disk, base: try openBase(), identity: machine.identity,
                nonce: world.processDice.next(), options: world.logOptions,
                injectedBug: world.injectedBug, logger: world.logger,
                saveIdentity: { [unowned self] in save($0) },
                onDecided: { [unowned self] in decided($0) },
                onMembership: { known = $0 })
            begin(parts)
        } catch {
            refuse(error, known)
        }
    }

    private var disk: SimDisk?
    private var base: MemoryBase?
    /// How clients read of it.
    package private(set) var reader: RangeReader?

    private func openBase() throws(RecoveryError) -> MemoryBase? {
        guard world.knobs.hasBase, machine.keepsBase else { return nil }
        let owner = MemoryBase.Owner(
            submitted: { [unowned self] lane, operation in
                if case .scrub = operation { scrubBase() } else { workOnBase(lane) }
            },
            failed: { [unowned self] in failDisk($0.description) })
        // What is damaged is put aside: the log, or another machine's base, makes it again.
        if machine.base.isDamaged {
            machine.base.setAside()
            machine.hasLostBase = true
        }
        do throws(BaseError) {
            base = try MemoryBase(
                machine.base, injectedBug: world.injectedBug?.base, owner: owner)
        } catch {
            throw .disk(DiskError(error.description))
        }
        return base
    }

    /// False if it has none.
    func rotBase() -> Bool {
        base?.damage()
        return base != nil
    }

    /// Performs the oldest operation of a lane after the disk has had its time.
    private func workOnBase(_ lane: BaseLane) {
        var microseconds = world.baseDice.number(in: world.knobs.diskMicroseconds)
        // A flush that finds no room rests before it is tried again.
        if lane == .writer, machine.base.isFull { microseconds += Limits.roomRetryMicroseconds }
        later(microseconds) { [unowned self] in completeOnBase(lane) }
    }

    private func completeOnBase(_ lane: BaseLane) {
        afterStall { [unowned self] in
            guard mayAct() else { return }
            base?.completeNext(lane)
            requestTurn()
        }
    }

    /// A piece of a pass throws dice of its own, has no effect, and asks for no turn: with passes a history is the one
    /// that it is without them, but for what they find, and for snapshots, which wait in the same lane.
    private func scrubBase() {
        later(world.scrubDice.number(in: world.knobs.diskMicroseconds)) { [unowned self] in
            guard base?.isInPass == true else { return completeOnBase(.snapshots) }
            afterStall { [unowned self] in base?.completeNext(.snapshots) }
        }
    }

    private func afterStall(_ action: @escaping () -> Void) {
        let now = world.timeline.nowMicroseconds
        guard machine.diskStalledUntil > now else { return action() }
        later(machine.diskStalledUntil - now) { [unowned self] in afterStall(action) }
    }

    private func begin(_ parts: RecoveredParts) {
        machine.boot = parts.log.boot
        decidedUpTo = max(decidedUpTo, parts.state?.decidedUpTo ?? .zero)
        world.checks.recovered(parts, on: machine, decidedUpTo: decidedUpTo)
        let replica = Replica(
            configuration: world.configuration(of: machine), parts: parts,
            metrics: ServerMetrics(watchesProcess: false), logger: world.logger,
            clockMilliseconds: { [machine, timeline = world.timeline] in
                machine.clock.microseconds(at: timeline.nowMicroseconds) / 1000
            },
            clusterID: World.clusterID, requestTurn: { [unowned self] in requestTurn() },
            halt: { [unowned self] in halt($0) }, renew: { [unowned self] in endLife($0) })
        self.replica = replica
        reader = RangeReader(replica: replica) { [unowned self] action in later(1, action) }
        replica.link = self
        replica.onInstalled = { [unowned self] slot in installed(upTo: slot) }
        replica.onDecided = { [unowned self] in decided($0) }
        replica.onChange = { [unowned self] in world.onChange(machine, $0, $1) }
        replica.onRetired = { [unowned self] in retire(by: $0) }
        if let ledger = world.leaseLedger {
            replica.machine.leases.onEvent = { [unowned replica] in
                ledger.note($0, by: replica)
            }
            ledger.compare(with: replica)
        }
        replica.onStarted = { [unowned self] in
            isStarted = true
            world.trace.note(.started, node: machine.index)
            world.network.started(self)
        }
        world.checks.compareDigest(of: self, isCertain: true)
        replica.start()
        tickLater()
    }

    private func refuse(_ error: RecoveryError, _ known: Membership?) {
        machine.recoveryError = error
        world.trace.note(.refuse, node: machine.index, 0, 0, "\(error)")
        world.checks.refused(error, on: machine)
        guard world.knobs.readmits, error.allowsNewLife(known: known, listed: world.knobs.nodeCount)
        else {
            return die(.unusableDirectory)
        }
        endLife("\(error)")
    }

    /// Its directory must not vote again as the one that it is: the next process begins another life.
    private func endLife(_ reason: String) {
        guard !isDead else { return }
        world.trace.note(.halt, node: machine.index, 2, 0, reason)
        die(.lifeOver)
        machine.beginLife()
    }

    /// The process is gone at once.
    func die(_ death: Death) {
        guard !isDead else { return }
        isDead = true
        isStarted = false
        if let replica { world.marks.add(replica) }
        disk?.detach()
        base?.crash(losingPower: death == .powerLost) { [world] count in
            Int(world.baseDice.number(in: 0...UInt64(count - 1)))
        }
        world.network.ended(self)
        machine.ended(self, death)
    }

    /// Lets go of what it was made of, which holds it in its turn. Not while any of that is at work.
    func letGo() {
        precondition(isDead || machine.process !== self, "only what has ended")
        replica = nil
        reader = nil
        disk = nil
        base = nil
        lastSeen = nil
    }

    /// It ends after so many effects from now: in the middle of a turn, most likely.
    package func die(afterEffects count: Int, losingPower: Bool) {
        effectsLeft = count
        endOfEffects = losingPower ? .powerLost : .killed
    }

    /// Whether it lives, and may do one more thing to the outside.
    func mayAct() -> Bool {
        guard !isDead else { return false }
        guard let left = effectsLeft else { return true }
        effectsLeft = left - 1
        if left > 0 { return true }
        die(endOfEffects)
        return false
    }

    private func halt(_ report: String) {
        guard !isDead else { return }
        machine.haltReport = report
        world.trace.note(.halt, node: machine.index, 0, 0, report)
        world.checks.halted(report, on: machine)
        die(.halted)
    }

    private func retire(by slot: Slot) {
        guard mayAct() else { return }
        world.checks.retired(by: slot, machine)
        machine.isRetired = true
        die(.retired)
    }

    private func failDisk(_ report: String) {
        guard !isDead else { return }
        world.trace.note(.halt, node: machine.index, 1, 0, report)
        die(.diskFailed)
    }

    private func save(_ identity: Identity) {
        if mayAct() { machine.identity = identity }
    }

    private func decided(_ decided: DecidedValue) {
        decidedUpTo = max(decidedUpTo, decided.slot)
        world.checks.decided(decided, by: machine)
    }

    /// Another machine's state has all slots up to here.
    private func installed(upTo slot: Slot) {
        decidedUpTo = max(decidedUpTo, slot)
        machine.hasLostBase = false
        world.trace.note(.install, node: machine.index, slot.rawValue, 0, "\(slot)")
        if let replica { world.leaseLedger?.compare(with: replica) }
        world.checks.compareDigest(of: self, isCertain: true)
    }

    // MARK: Turns

    package func requestTurn() {
        guard !isTurnDue, !isDead else { return }
        isTurnDue = true
        later(world.processDice.number(in: world.knobs.turnMicroseconds)) { [unowned self] in
            turn()
        }
    }

    private func turn() {
        isTurnDue = false
        replica?.endOfTurn()
        turnCount += 1
        guard !isDead else { return }
        world.checks.turned(self)
        world.onTurn(machine)
    }

    private func tickLater() {
        let interval = world.knobs.tickMicroseconds
        later(world.processDice.number(in: interval * 9 / 10...interval * 11 / 10)) {
            [unowned self] in
            replica?.tick()
            requestTurn()
            tickLater()
        }
    }

    /// Does something later, if it still lives then, and not while it is stopped.
    func later(_ microseconds: UInt64, _ action: @escaping () -> Void) {
        world.timeline.after(microseconds) { [self] in
            guard !isDead else { return }
            let now = world.timeline.nowMicroseconds
            guard machine.pausedUntil > now else { return action() }
            later(machine.pausedUntil - now, action)
        }
    }

    // MARK: Wires

    package func send(_ messages: [Message], to peer: ReplicaID) {
        guard let replica, let receiver = world.process(peer, heardBy: self),
            let connection = world.network.connection(self, receiver)
        else { return }
        guard mayAct() else { return }
        world.checks.sending(messages, from: self)
        for message in messages { world.onMessage(message, machine, receiver.machine) }
        var first = 0
        while first < messages.count {
            var byteCount = messages[first].byteCountEstimate
            var end = first + 1
            while end < messages.count, byteCount < SimNetwork.frameBytes {
                byteCount += messages[end].byteCountEstimate
                end += 1
            }
            let isWhole = first == 0 && end == messages.count
            let frame = PeerFrame.encode(
                replica.frameHeader, isWhole ? messages : Array(messages[first..<end]))
            world.network.transmit(frame, from: self, to: receiver, on: connection)
            first = end
        }
    }

    package func sayHelloAgain() {
        guard mayAct() else { return }
        for peer in world.peers(of: machine) {
            guard let other = peer.process else { continue }
            world.network.connection(self, other)?.sayHelloAgain(from: self)
        }
    }

    /// A frame has come. False if it was not looked at; throws if it cannot be what a peer sent.
    func receive(
        _ frame: [UInt8], from sender: SimMachine, on connection: SimConnection
    ) throws(FrameError) -> Bool {
        guard let replica, let cluster = replica.clusterID, let hello = connection.heard(by: self)
        else { return false }
        let frame = try frame.withUnsafeBufferPointer { bytes throws(FrameError) in
            try PeerFrame.decode(UnsafeRawBufferPointer(bytes), cluster: cluster)
        }
        guard frame.header.replica == hello.replica, frame.header.incarnation == hello.incarnation
        else { return true }
        framesHeard[hello.incarnation] = world.timeline.nowMicroseconds
        // Alone in its frame, so that nothing else can raise the promise.
        var asked: (prepare: Message.Prepare, core: PaxosCore)?
        if frame.messages.count == 1, case .prepare(let prepare) = frame.messages[0],
            let core = replica.inspectedCore
        {
            asked = (prepare, core)
        }
        defer {
            if let asked {
                world.checks.heard(
                    asked.prepare, from: hello.replica, by: asked.core, replica.promised)
            }
        }
        replica.receive(
            frame.messages,
            from: Input.Sender(
                replica: frame.header.replica, incarnation: frame.header.incarnation))
        requestTurn()
        return true
    }

    func noteBoot(_ hello: Hello, of peer: SimMachine) {
        let known = bootsHeard[peer.index]
        let isSame = known?.life == hello.incarnation
        bootsHeard[peer.index] = (
            hello.incarnation, isSame ? max(known?.boot ?? hello.boot, hello.boot) : hello.boot
        )
    }

    func lostConnection(to peer: ReplicaID) {
        replica?.disconnected(peer)
        requestTurn()
    }
}
