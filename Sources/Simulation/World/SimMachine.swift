internal import Basics
package import Paxos
internal import PaxosCodec
internal import Replication
package import Rows
package import WriteAheadLog

/// One machine: a data directory that stays, a clock, and a process that comes and goes.
package final class SimMachine {
    /// What has become of the directory for good.
    package enum Fate: Equatable {
        case good
        /// Its process ends at every start, or never votes, and is right to do so.
        case lost(String)
    }

    unowned let world: World
    /// From 0. The replica's id is one more, unless it is another one's twin.
    package let index: Int
    package let replicaID: ReplicaID
    package internal(set) var storage: SimStorage
    /// What lies below the tables, if nodes have a base.
    package internal(set) var base = MemoryBaseStore()
    package internal(set) var identity: Identity
    /// Whether its next process keeps a base, if the world's do.
    package var keepsBase = true
    /// The base was lost, and no other one has taken its place yet.
    package internal(set) var hasLostBase = false
    /// Nothing can be read of the base, and the next start puts it aside.
    var hasRottenBase: Bool { base.isRotten }
    /// What is durable in this directory, as its writes tell.
    var view = DurableView()
    /// Of the last process that ran on this directory.
    var boot = BootNumber(0)
    /// How the next processes end: after so many effects.
    var fates: [(count: Int, losesPower: Bool)] = []
    var clock: SimClock
    package internal(set) var process: SimProcess?
    package internal(set) var fate = Fate.good
    /// Why the directory could not be used at the last start.
    package internal(set) var recoveryError: RecoveryError?
    /// Why the last process ended itself.
    package internal(set) var haltReport: String?
    /// It left, nobody needs what it holds, and it refuses to start again (P24).
    package internal(set) var isRetired = false
    /// A newer state of this directory was seen by others: its life must end.
    var isOldCopy = false
    /// Its directory was made for a cluster that was there already.
    package var joins = false
    /// Somebody starts the process again when it has ended.
    package var isSupervised = true
    /// How many processes there have been.
    package private(set) var lives = 0

    // What is wrong with it now.
    /// Nothing of the process runs before this moment.
    package var pausedUntil: UInt64 = 0
    /// No operation of the disk ends before this moment.
    package var diskStalledUntil: UInt64 = 0
    /// Of a flush, and added to each while it lasts.
    var slowFlushMicroseconds: UInt64 = 0
    private var failingWrites = 0
    private var failingFlushes = 0
    private var failingReads = 0

    init(_ index: Int, _ replicaID: ReplicaID, in world: World) {
        self.world = world
        self.index = index
        self.replicaID = replicaID
        storage = SimStorage()
        identity = SimMachine.newIdentity(of: replicaID, world)
        clock = SimClock(
            shown: world.clockDice.number(in: 1...1_000_000_000),
            at: world.timeline.nowMicroseconds)
    }

    package var name: String { "n\(index + 1)" }
    /// Of the member. A twin has that of its original.
    var memberName: String { "n\(replicaID.rawValue)" }

    /// Nobody can hold it against the cluster if this machine does not vote.
    package var isGood: Bool { fate == .good }

    // MARK: Life

    /// Starts a process; one that cannot use the directory ends at once.
    package func start() {
        precondition(process == nil, "one process at a time")
        if isRetired { return }
        lives += 1
        haltReport = nil
        recoveryError = nil
        world.trace.note(.start, node: index, UInt64(lives))
        let process = SimProcess(on: self)
        self.process = process
        if !fates.isEmpty {
            let fate = fates.removeFirst()
            process.die(afterEffects: fate.count, losingPower: fate.losesPower)
        }
        process.run()
    }

    /// The process is killed: what it has written stays, flushed or not.
    package func kill() { process?.die(.killed) }

    /// The machine loses its power.
    package func losePower() {
        if let process { return process.die(.powerLost) }
        powerLost()
    }

    func ended(_ process: SimProcess, _ death: SimProcess.Death) {
        guard self.process === process else { return }
        self.process = nil
        pausedUntil = 0
        // It is still on the stack.
        world.timeline.after(0) { process.letGo() }
        world.trace.note(.crash, node: index, UInt64(death.rawValue), 0, "\(death)")
        if death == .powerLost { powerLost() }
        world.ended(self)
    }

    /// There is no world any more for a process to live in.
    func dismantle() {
        let last = process
        process = nil
        last?.letGo()
    }

    private func powerLost() {
        storage.losePower(&world.diskDice)
        diskStalledUntil = 0
        clock.restart(
            shown: world.clockDice.number(in: 1...1_000_000), now: world.timeline.nowMicroseconds)
    }

    // MARK: The directory

    /// The disk has no room any more, or has it again.
    package func fill(_ isFull: Bool) {
        storage.isFull = isFull
        base.isFull = isFull
    }

    /// The data directory is gone, and another one is made in its place.
    package func wipe() {
        precondition(process == nil, "only the directory of a dead process")
        world.checks.remember(self)
        storage = SimStorage()
        base = MemoryBaseStore()
        identity = SimMachine.newIdentity(of: replicaID, world)
        hasLostBase = false
        view = DurableView()
        boot = BootNumber(0)
        isOldCopy = false
        isRetired = false
    }

    /// The directory goes on under another incarnation, with an empty log.
    func beginLife() {
        precondition(process == nil, "only the directory of a dead process")
        world.checks.remember(self)
        if world.injectedBug?.replica != .rotTakenForEmpty {
            identity.incarnation = Incarnation(world.processDice.next())
        }
        identity.hasLog = false
        storage = SimStorage()
        view = DurableView()
        boot = BootNumber(0)
        isOldCopy = false
        world.trace.note(.heal, node: index, 3, 0, "another life")
        world.onNewLife(self)
    }

    /// What is durable beside the log is gone, or is not what was written.
    package func loseBase(rotting: Bool = true) {
        precondition(process == nil, "only the directory of a dead process")
        if rotting { base.isDamaged = true } else { base = MemoryBaseStore() }
        hasLostBase = true
    }

    /// A copy of the directory as it is now.
    package func backup() -> SimBackup {
        SimBackup(
            identity: identity, storage: storage.copy(), base: base.copy(), view: view, boot: boot)
    }

    /// Puts a copy in the place of the directory.
    package func restore(_ backup: SimBackup) {
        precondition(process == nil, "only the directory of a dead process")
        world.checks.remember(self)
        storage = backup.storage.copy()
        base = backup.base.copy()
        identity = backup.identity
        hasLostBase = false
        view = backup.view
        boot = backup.boot
        isOldCopy = false
        isRetired = false
    }

    /// Whether its process has been told of a boot of the other machine above this one.
    func hasHeard(_ machine: SimMachine, above boot: BootNumber) -> Bool {
        guard let heard = process?.bootsHeard[machine.index] else { return false }
        return heard.life == machine.identity.incarnation && heard.boot > boot
    }

    // MARK: Faults of the disk

    /// The next so many operations of a kind fail.
    package func failWrites(_ count: Int) { failingWrites = count }
    package func failFlushes(_ count: Int) { failingFlushes = count }
    package func failReads(_ count: Int) { failingReads = count }

    func takeWriteError() -> Bool { Self.take(&failingWrites) }
    func takeFlushError() -> Bool { Self.take(&failingFlushes) }

    func checkReading() throws(DiskError) {
        if Self.take(&failingReads) { throw DiskError("input/output error") }
    }

    private static func take(_ count: inout Int) -> Bool {
        guard count > 0 else { return false }
        count -= 1
        return true
    }

    /// How long an operation takes: the write, and then the flush.
    func duration(of operation: DiskOperation) -> (UInt64, UInt64) {
        let range = world.knobs.diskMicroseconds
        let first = world.diskDice.number(in: range) / 2
        let second = world.diskDice.number(in: range) / 2
        switch operation {
        case .write: return (first, second + slowFlushMicroseconds)
        case .prepare, .prepareLarger: return (first * 4, second * 4 + slowFlushMicroseconds)
        case .remove, .scan, .reserve: return (first, second)
        }
    }

    private static func newIdentity(of replica: ReplicaID, _ world: World) -> Identity {
        Identity(
            replica: replica, memberName: "n\(replica.rawValue)", clusterTokenHash: World.token,
            incarnation: Incarnation(world.processDice.next()), salt: world.processDice.next())
    }
}
