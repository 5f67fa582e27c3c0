internal import Observability
package import Paxos
internal import PaxosCodec
package import Replication
internal import WriteAheadLog

/// A few members in one thread and in virtual time: the real replicas, logs and state machines, over disks,
/// wires and clocks that are not to be relied upon. One seed, one history.
package final class World {
    static let token: UInt64 = 5

    package let seed: UInt64
    package let knobs: Knobs
    /// A rule that every node breaks on purpose.
    package let injectedBug: InjectedBug?
    package let timeline: Timeline
    package let trace: Trace
    let logger = Logger(component: "simulation", sink: .silent)
    package private(set) var machines: [SimMachine] = []
    /// A second machine in the name of one of them, on a copy of its directory.
    private(set) var twin: SimMachine?
    /// What must never happen and did.
    package private(set) var breaches: [Breach] = []

    // One stream of chance per concern.
    var networkDice: Dice
    var diskDice: Dice
    var clockDice: Dice
    var processDice: Dice
    var baseDice: Dice
    var scrubDice: Dice

    /// What clients of leases were promised; nil if there are none.
    var leaseLedger: LeaseLedger?
    /// Looks at every message that is sent.
    package var onMessage: (_ message: Message, _ from: SimMachine, _ to: SimMachine) -> Void = {
        _, _, _ in
    }
    /// Called when a process has ended a turn.
    package var onTurn: (SimMachine) -> Void = { _ in }
    /// Called when a process has ended.
    package var onEnd: (SimMachine) -> Void = { _ in }
    /// Called when a directory has begun another life.
    var onNewLife: (SimMachine) -> Void = { _ in }
    /// Called when a replica is asked for another membership, and with the outcome when that has ended.
    var onChange: (SimMachine, Membership, ChangeOutcome?) -> Void = { _, _, _ in }
    package private(set) var deathCount = 0
    /// The rare things that processes noticed, of those that have ended.
    package internal(set) var marks = Marks()
    /// Rules whose breach is what a scenario does on purpose, to show what comes of it.
    package var ignoredRules: Set<Breach.Rule> = []

    package init(
        seed: UInt64, knobs: Knobs = Knobs(), injectedBug: InjectedBug? = nil,
        output: ((String) -> Void)? = nil
    ) {
        self.seed = seed
        self.injectedBug = injectedBug
        self.knobs = knobs
        timeline = Timeline()
        trace = Trace(timeline, output: output)
        networkDice = Dice(seed: seed, concern: "network")
        diskDice = Dice(seed: seed, concern: "disk")
        clockDice = Dice(seed: seed, concern: "clock")
        processDice = Dice(seed: seed, concern: "processes")
        baseDice = Dice(seed: seed, concern: "bases")
        scrubDice = Dice(seed: seed, concern: "scrubbing")
        machines = (0..<knobs.nodeCount).map { SimMachine($0, ReplicaID(UInt64($0) + 1), in: self) }
    }

    package private(set) lazy var network = SimNetwork(self)
    package private(set) lazy var checks = Checks(self)

    // MARK: Members

    package func machine(_ replica: ReplicaID) -> SimMachine? {
        let index = Int(truncatingIfNeeded: replica.rawValue) - 1
        return machines.indices.contains(index) ? machines[index] : nil
    }

    /// Those that it may be connected to.
    func peers(of machine: SimMachine) -> [SimMachine] {
        (machines + [twin].compactMap(\.self)).filter { $0.replicaID != machine.replicaID }
    }

    /// The process that `sender` means by this replica: of two in one name the one that it heard last.
    func process(_ replica: ReplicaID, heardBy sender: SimProcess) -> SimProcess? {
        if let twin, twin.replicaID == replica, let process = twin.process,
            network.isHeard(process, by: sender)
        {
            return process
        }
        guard let process = machine(replica)?.process, network.isHeard(process, by: sender) else {
            return nil
        }
        return process
    }

    /// Nobody starts it again when it has ended.
    func addTwin(of machine: SimMachine, _ directory: SimBackup) -> SimMachine {
        precondition(twin == nil, "one twin at a time")
        let twin = SimMachine(knobs.nodeCount, machine.replicaID, in: self)
        twin.restore(directory)
        twin.isOldCopy = true
        twin.isSupervised = false
        self.twin = twin
        return twin
    }

    func removeTwin() {
        guard let twin else { return }
        twin.kill()
        twin.isOldCopy = false
        self.twin = nil
    }

    /// Those whose process is there.
    package var living: [SimMachine] { machines.filter { $0.process != nil } }

    package var leader: SimMachine? {
        machines.first { $0.process?.replica?.status.isLeader == true }
    }

    /// Whether every machine's directory has belonged to the cluster.
    package var isFormed: Bool {
        if !wasFormed {
            wasFormed = machines.allSatisfy { $0.identity.cluster != ClusterID(0) }
            if wasFormed { genesis = listed }
        }
        return wasFormed
    }
    private var wasFormed = false

    /// The newest membership that anybody announced.
    var governing: Membership { checks.governing?.membership ?? genesis }

    /// What the cluster was formed with. Nobody loses a directory before that.
    private(set) lazy var genesis = listed

    private var listed: Membership {
        Membership(
            seats: machines.map {
                Seat(
                    replica: $0.replicaID, incarnation: $0.identity.incarnation, isVoter: true,
                    name: $0.name, peerURLs: [])
            })
    }

    /// How many directories may be lost without losing the data or the quorum.
    package var lossesBearable: Int { (knobs.nodeCount - 1) / 2 }

    // MARK: News

    package func note(_ rule: Breach.Rule, _ detail: String) {
        if ignoredRules.contains(rule) { return }
        trace.note(.violation, node: nil, UInt64(breaches.count), 0, "\(rule.rawValue): \(detail)")
        guard breaches.count < Limits.breachesMax else { return }
        breaches.append(
            Breach(rule: rule, detail: detail, atMicroseconds: timeline.nowMicroseconds))
    }

    /// A process has ended; somebody starts it again, if anybody does.
    func ended(_ machine: SimMachine) {
        deathCount += 1
        onEnd(machine)
        startLater(machine)
    }

    package func startLater(_ machine: SimMachine) {
        timeline.after(processDice.number(in: knobs.restartMicroseconds)) { [unowned self] in
            guard machine.process == nil, machine.isSupervised, machine.isGood else { return }
            machine.start()
            _ = self
        }
    }

    /// The end of it: nothing happens any more, and nothing in it holds another.
    package func dismantle() {
        timeline.clear()
        network.clear()
        onEnd = { _ in }
        onMessage = { _, _, _ in }
        onTurn = { _ in }
        onNewLife = { _ in }
        onChange = { _, _, _ in }
        for machine in machines { machine.dismantle() }
        twin?.dismantle()
    }

    // MARK: Details

    var logOptions: LogOptions {
        var options = LogOptions(
            segmentBytes: knobs.segmentBytes,
            sealAfterMilliseconds: knobs.sealAfterMilliseconds)
        options.tailBytes = knobs.logTailBytes
        options.pinnedBytes = knobs.logPinnedBytes
        return options
    }

    func configuration(of machine: SimMachine) -> ReplicaConfiguration {
        let listed = machines.map {
            ListedMember(replica: $0.replicaID, name: $0.name, peerURLs: [])
        }
        var configuration = ReplicaConfiguration(
            replica: machine.replicaID, name: machine.memberName, listed: listed,
            memberListHash: World.token, mayForm: !machine.joins,
            clientURLs: ["http://\(machine.memberName):2379"],
            electionTimeoutMilliseconds: knobs.electionTimeoutMilliseconds,
            heartbeatMilliseconds: knobs.heartbeatMilliseconds,
            requestTimeoutMilliseconds: knobs.requestTimeoutMilliseconds,
            productVersion: "simulated", seed: processDice.next())
        configuration.tuneCore = knobs.tune
        configuration.isReadmittedByItself = knobs.readmits
        configuration.autoCompaction = knobs.autoCompaction
        configuration.quotaBytes = knobs.quotaBytes
        configuration.memory = knobs.memory
        configuration.scrub = knobs.scrub
        configuration.appliedKeysPerTurn = knobs.appliedKeysPerTurn
        configuration.watches = knobs.watches
        configuration.injectedBug = injectedBug
        return configuration
    }

    /// A cluster's identity as a hash of its genesis (FNV).
    static func clusterID(_ genesis: Membership) -> ClusterID {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in genesis.encoded { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return ClusterID(hash)
    }
}
