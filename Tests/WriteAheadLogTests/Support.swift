import Basics
import LogTesting
import Paxos
import Testing
import WriteAheadLog

/// A log over a forgetful disk, with what a test has appended and what was reported durable.
final class LogWorld {
    let disk: ForgetfulDisk
    var identity = Identity(
        replica: ReplicaID(7), memberName: "n1", clusterTokenHash: 5, incarnation: Incarnation(9),
        salt: 0x5a17)
    let options: LogOptions
    var log: WriteAheadLog?
    var recovered: RecoveredLog?
    var delivered: [DecidedValue] = []
    var durableBox: UInt64 = 0
    var nextBox: UInt64 = 1
    var now: UInt64 = 1000
    var idleCount = 0

    init(
        seed: UInt64 = 1, segmentBytes: Int = Limits.segmentBytesMin, tailBytes: Int = 0,
        pinnedBytes: Int = 0, injectedBug: LogBug? = nil
    ) {
        disk = ForgetfulDisk(seed: seed)
        var options = LogOptions(segmentBytes: segmentBytes)
        options.tailBytes = tailBytes
        options.pinnedBytes = pinnedBytes
        options.injectedBug = injectedBug
        self.options = options
    }

    /// With what another one left, and other options.
    init(disk: ForgetfulDisk, identity: Identity, options: LogOptions) {
        self.disk = disk
        self.options = options
        self.identity = identity
    }

    /// Recovers and begins; nothing is completed yet.
    func open(floor: Slot = .zero) throws {
        delivered = []
        let recovered = try LogRecovery.run(
            disk: disk, identity: identity, store: StoreState(appliedUpTo: floor)
        ) { [unowned self] in delivered.append($0) }
        self.recovered = recovered
        let log = WriteAheadLog(
            disk: disk, identity: identity, recovered: recovered,
            nonce: recovered.boot.rawValue &* 31, options: options)
        log.onDurable = { [unowned self] in
            #expect($0 > durableBox)
            durableBox = $0
        }
        log.onIdle = { [unowned self] in idleCount += 1 }
        log.onFirstSegment = { [unowned self] in identity.hasLog = true }
        durableBox = 0
        nextBox = 1
        self.log = log
        log.start()
    }

    /// Opens and waits until the boot number is durable.
    func openStarted(floor: Slot = .zero) throws {
        try open(floor: floor)
        settle()
        #expect(log?.isStarted == true)
    }

    /// Appends records as one box and flushes.
    func append(_ records: [DurableRecord]) {
        log?.append(records, boxNumber: nextBox)
        nextBox += 1
        log?.flush(nowMilliseconds: now)
    }

    func step() -> Bool {
        let worked = disk.completeNext()
        log?.drainCompletions(nowMilliseconds: now)
        return worked
    }

    func settle() { while step() {} }

    /// Lets time pass until an idle log is sealed.
    func seal() {
        settle()
        now += 20
        log?.tick(nowMilliseconds: now)
        settle()
    }

    /// What recovery makes of the disk as it is now.
    func recover(floor: Slot = .zero) throws -> RecoveredLog {
        delivered = []
        return try LogRecovery.run(
            disk: disk, identity: identity, store: StoreState(appliedUpTo: floor)
        ) { [unowned self] in delivered.append($0) }
    }
}

func ballot(_ round: UInt64) -> Ballot {
    Ballot(round: round, replica: ReplicaID(7), incarnation: Incarnation(9))
}

func batch(_ payload: [UInt8]) -> Value { .batch(.init(logTimeMilliseconds: 1, payload: payload)) }

func accepted(_ slot: UInt64, _ round: UInt64 = 1, _ payload: [UInt8] = [1, 2, 3]) -> DurableRecord
{
    .accepted(AcceptedValue(slot: Slot(slot), ballot: ballot(round), value: batch(payload)))
}

func decided(_ round: UInt64, _ upTo: UInt64) -> DurableRecord {
    .decided(ballot: ballot(round), upTo: Slot(upTo))
}

func learned(_ slot: UInt64, _ payload: [UInt8]) -> DurableRecord {
    .learned(slot: Slot(slot), value: batch(payload))
}

let sampleMembership = Membership(seats: [
    Seat(
        replica: ReplicaID(7), incarnation: Incarnation(9), isVoter: true, name: "n1",
        peerURLs: ["http://127.0.0.1:2380"])
])

let sampleMemory = PeerMemory(
    replica: ReplicaID(8), incarnation: Incarnation(1),
    start: ProcessStart(boot: BootNumber(4), nonce: 44), promised: ballot(3), accepted: Slot(2))
