internal import EtcdMessages
internal import Histories
internal import MVCC
internal import Paxos
internal import Protobuf
internal import Replication
internal import StateMachine
internal import WriteAheadLog

/// One seed from its beginning to its judgement: a cluster is formed, clients work while there is trouble,
/// a majority is healed and must serve again, and everything that happened is judged.
package final class SeedRun {
    private let scenario: Scenario
    package let world: World
    private let workload: Workload
    private let leases: LeaseWorkload?
    private let rights: RightsWorkload?
    private let nemesis: Nemesis
    private let backups: BackupTaker
    private let watching: WatchWorkload
    private var report = SeedReport()

    /// Runs a scenario; `output` takes the lines of its trace.
    package static func run(
        _ scenario: Scenario, output: ((String) -> Void)? = nil
    ) -> SeedReport {
        let run = SeedRun(scenario, output: output)
        defer { run.world.dismantle() }
        return run.run()
    }

    private init(_ scenario: Scenario, output: ((String) -> Void)?) {
        self.scenario = scenario
        var knobs = Knobs.drawn(seed: scenario.seed, nodeCount: scenario.nodeCount)
        if scenario.profile == .storage { knobs.drawBases(seed: scenario.seed) }
        if scenario.profile == .watch { knobs.drawWatches(seed: scenario.seed) }
        // Watchers reckon with the keys of the usual clients only.
        knobs.hasLeases = scenario.profile == .lease || knobs.hasLeases && knobs.watcherCount == 0
        if scenario.profile == .lease { knobs.watcherCount = 0 }
        if scenario.profile == .rights { knobs.drawUsers(seed: scenario.seed) }
        world = World(
            seed: scenario.seed, knobs: knobs, injectedBug: scenario.injectedBug, output: output)
        if scenario.activeFaults.contains(.unsafeAmnesia) {
            world.ignoredRules = [
                .coreInvariant, .durableBeforeSent, .promiseKept, .recovery, .leases,
            ]
            world.checks.expectsHalts = true
        }
        workload = Workload(world)
        watching = WatchWorkload(world, keys: workload.keys)
        leases = knobs.hasLeases ? LeaseWorkload(world, beside: workload) : nil
        rights = knobs.hasUsers ? RightsWorkload(world, beside: workload) : nil
        nemesis = Nemesis(world, workload, faults: scenario.activeFaults)
        backups = BackupTaker(world)
        if knobs.watcherCount > 0 { followWatches() }
    }

    private func followWatches() {
        let onEnd = world.onEnd
        world.onEnd = { [watching] machine in
            onEnd(machine)
            watching.processEnded()
        }
        world.onTurn = { [watching] machine in
            if let process = machine.process { watching.turned(process) }
        }
    }

    private func run() -> SeedReport {
        world.trace.note(.phase, node: nil, 1, 0, "start: \(world.knobs.nodeCount) nodes")
        start()
        trouble()
        if world.breaches.isEmpty { healMajority() }
        if world.breaches.isEmpty { judge() }
        return finish()
    }

    // MARK: Phases

    private func start() {
        for machine in world.machines {
            let moment = world.processDice.number(in: 0...world.knobs.startMicroseconds)
            world.timeline.after(moment) {
                if machine.process == nil { machine.start() }
            }
        }
        if world.knobs.hasEarlyFaults { return nemesis.start() }
        form()
        nemesis.start()
    }

    private func form() {
        let isFormed = world.timeline.run(milliseconds: Limits.formationMilliseconds) {
            world.isFormed || !world.breaches.isEmpty
        }
        if !isFormed { world.note(.liveness, "the cluster was not formed") }
    }

    private func trouble() {
        world.trace.note(.phase, node: nil, 2, 0, "trouble")
        workload.start()
        if world.knobs.hasBase { backups.start() }
        watching.start()
        leases?.start()
        rights?.start()
        let begin = world.timeline.nowMicroseconds
        let most = min(
            Limits.faultySecondsMax * 1000, scenario.faultyMilliseconds ?? .max)
        world.timeline.run(milliseconds: most) {
            let seconds = (world.timeline.nowMicroseconds - begin) / 1_000_000
            return !world.breaches.isEmpty
                || (seconds >= Limits.secondsMin && workload.endedCount >= Limits.operationsMin)
        }
    }

    private func healMajority() {
        let core = chooseMajority()
        let names = core.map(\.name).joined(separator: " ")
        world.trace.note(.phase, node: nil, 3, 0, "heal \(names)")
        nemesis.stop(healing: core)
        backups.stop()
        let begin = world.timeline.nowMicroseconds
        let bound =
            Limits.healingMilliseconds
            + Limits.healingTimeouts * world.knobs.electionTimeoutMilliseconds
        if !serves(core, within: bound) {
            world.note(.liveness, "\(names) do not serve \(bound) ms after all trouble ended")
        }
        report.healingMicroseconds = world.timeline.nowMicroseconds - begin
        guard world.breaches.isEmpty else { return }
        workload.slowness = 1
        let done = workload.doneCount
        let isBusy = world.timeline.run(milliseconds: bound * 4) { [self] in
            // One member may be left, of many machines: most tries end at the others.
            let hasEnough =
                changesMembers
                ? workload.doneCount >= done + Limits.operationsAfterChanges
                : workload.endedCount >= Limits.operationsMin
            return hasEnough || !world.breaches.isEmpty
        }
        if !isBusy { world.note(.liveness, "clients do not get on after all trouble ended") }
    }

    private var changesMembers: Bool { scenario.activeFaults.contains(.memberChange) }

    /// Who left in the end has to do nothing; who lost a vote with a directory must get it again.
    private func isMember(_ machine: SimMachine) -> Bool {
        nemesis.mustReturn(machine)
            || world.governing.isVoter(machine.replicaID, machine.identity.incarnation)
    }

    /// Some machines that together are a majority. What a base had that was lost may be with one of the others alone: then
    /// all that are good.
    private func chooseMajority() -> [SimMachine] {
        let good = nemesis.healable
        let some = chooseSome(of: good)
        guard some.contains(where: \.hasLostBase) else { return some }
        let indexes = Set((some + good).map(\.index))
        return world.machines.filter { indexes.contains($0.index) }
    }

    /// A cluster that is not formed needs all.
    private func chooseSome(of good: [SimMachine]) -> [SimMachine] {
        if !world.isFormed { return world.machines }
        var dice = Dice(seed: world.seed, concern: "majority")
        if changesMembers || !nemesis.isAllIntact || world.checks.governing != nil {
            return nemesis.quorums(&dice)
        }
        let size = world.knobs.nodeCount / 2 + 1
        precondition(good.count >= size, "a majority of good directories is left")
        let count = Int(dice.number(in: UInt64(size)...UInt64(good.count)))
        return good.shuffled(using: &dice).prefix(count).sorted { $0.index < $1.index }
    }

    /// Whether each of these answers a read and applies a write within this time.
    private func serves(_ core: [SimMachine], within milliseconds: UInt64) -> Bool {
        var waiting = Set(core.map(\.index))
        for machine in core { ask(machine) { waiting.remove(machine.index) } }
        return world.timeline.run(milliseconds: milliseconds) {
            waiting.allSatisfy { !isMember(world.machines[$0]) } && haveReturned
                || !world.breaches.isEmpty
        }
    }

    /// Whether everybody who was to get a vote again has it.
    private var haveReturned: Bool {
        world.machines.allSatisfy {
            !nemesis.mustReturn($0)
                || world.governing.isVoter($0.replicaID, $0.identity.incarnation)
        }
    }

    private func ask(_ machine: SimMachine, then: @escaping () -> Void) {
        func again() { world.timeline.after(50_000) { [self] in ask(machine, then: then) } }
        guard let process = machine.process, let replica = process.replica else { return again() }
        var isAnswered = false
        replica.read { [unowned replica, unowned process] result in
            guard result == .ready, !process.isDead else { return }
            let put = PutRequest.with {
                $0.key = Array("healed".utf8)
                $0.value = Array(machine.name.utf8)
            }
            replica.propose(
                .put, credentials: replica.rootCredentials, request: put.serializedBytes()
            ) { result in
                if case .applied = result {
                    isAnswered = true
                    then()
                }
            }
            process.requestTurn()
        }
        process.requestTurn()
        world.timeline.after(world.knobs.requestTimeoutMilliseconds * 2500) {
            if !isAnswered { again() }
        }
    }

    // MARK: Judgement

    private func judge() {
        world.trace.note(.phase, node: nil, 4, 0, "judge")
        workload.stop()
        leases?.stop()
        rights?.stop()
        let core = world.machines.filter { nemesis.healed.contains($0.index) }
        endLeases(core)
        let bound = Limits.healingMilliseconds + world.knobs.requestTimeoutMilliseconds * 8
        let isLevel = world.timeline.run(milliseconds: bound) {
            guard workload.isQuiet else { return false }
            let states = core.filter(isMember).map { $0.process?.replica?.machine }
            let slots = Set(states.map { $0?.appliedSlot })
            if states.contains(where: { $0?.isApplying == true }) { return false }
            // What anybody was told is decided, all of them must come to know.
            return slots.count == 1 && slots.first == world.checks.lastDecided
        }
        if !isLevel { return world.note(.liveness, "not every healed node caught up") }
        let members = core.filter(isMember)
        for machine in members {
            if let process = machine.process {
                world.checks.compareDigest(of: process, isCertain: true)
                process.replica?.machine.keyspace.checkInvariants()
                if let state = process.replica?.machine {
                    state.leases.checkInvariants(state.keyspace)
                }
            }
        }
        for complaint in nemesis.operators.complaints() { world.note(.clients, complaint) }
        judgeHistory(members)
        judgeWatches(members, within: bound)
    }

    /// Nobody writes any more: every watch must come to have been told everything.
    private func judgeWatches(_ members: [SimMachine], within milliseconds: UInt64) {
        guard world.knobs.watcherCount > 0, world.breaches.isEmpty else { return }
        watching.end(at: members)
        let isComplete = world.timeline.run(milliseconds: milliseconds) { [self] in
            watching.isComplete || !world.breaches.isEmpty
        }
        if !isComplete { world.note(.watches, "not every watch was told everything") }
    }

    /// What nobody renews ends, soon after its time.
    private func endLeases(_ core: [SimMachine]) {
        guard let leases else { return }
        let bound =
            Limits.leaseMilliseconds + Limits.healingMilliseconds
            + world.knobs.requestTimeoutMilliseconds * 2
        let areOver = world.timeline.run(milliseconds: bound) {
            leases.isQuiet(at: core.filter(isMember)) || !world.breaches.isEmpty
        }
        if !areOver { world.note(.leases, "leases that nobody renews did not end") }
    }

    private func judgeHistory(_ core: [SimMachine]) {
        let history = workload.history(heldBy: core)
        let found = HistoryCheck.run(history)
        for violation in found.violations {
            world.note(.clients, "\(violation.rule.rawValue): \(violation.text)")
        }
        report.undecidedKeys = found.undecidedKeys.count
        if found.verdict == .violated { report.details = CounterExample.lines(found, history) }
    }

    private func finish() -> SeedReport {
        report.seed = scenario.seed
        report.breaches = world.breaches
        report.traceDigest = world.trace.digest
        report.virtualMicroseconds = world.timeline.nowMicroseconds
        report.operations = workload.endedCount
        report.operationsDone = workload.doneCount
        report.deaths = world.deathCount
        report.slots = world.checks.lastDecided
        report.statesCompared = world.checks.digestsCompared
        report.frames = world.network.framesSent
        report.flipsMade = world.network.flipsMade
        report.flipsCaught = world.network.flipsCaught
        report.events = world.timeline.eventCount
        for machine in world.living {
            if let replica = machine.process?.replica { world.marks.add(replica) }
        }
        for (name, count) in world.marks.counts { report.marks[name] = count }
        for fault in Fault.allCases {
            if let count = nemesis.strikes[fault] { report.strikes[fault.rawValue] = count }
        }
        return report
    }
}
