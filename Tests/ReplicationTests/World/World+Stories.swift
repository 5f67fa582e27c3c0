import Histories
import Paxos
import Replication
import Simulation
import StateMachine
import Testing

/// The simulator's world for tests that tell one story: nothing goes wrong and nobody comes back but by
/// their order.
extension World {
    /// Members that are not started yet. Silence is noticed after 100 ms, sooner than by the usual knobs.
    static func idle(seed: UInt64, tune: (inout Knobs) -> Void = { _ in }) -> World {
        var knobs = Knobs()
        knobs.electionTimeoutMilliseconds = 100
        knobs.heartbeatMilliseconds = 20
        tune(&knobs)
        let world = World(seed: seed, knobs: knobs)
        for machine in world.machines { machine.isSupervised = false }
        return world
    }

    /// A cluster each of whose members can read.
    static func formed(seed: UInt64, tune: (inout Knobs) -> Void = { _ in }) -> World {
        let world = idle(seed: seed, tune: tune)
        for machine in world.machines { machine.start() }
        if !world.becomesReadable(milliseconds: 3000) { Issue.record("it was not formed") }
        return world
    }

    /// A living node that follows a leader.
    var follower: SimMachine? {
        living.first { $0.replica?.status.isLeader == false && $0.replica?.status.leader != 0 }
    }

    /// Whether every living node answers a linearizable read within this time.
    func becomesReadable(milliseconds: UInt64) -> Bool {
        var waiting = Set(living.map(\.index))
        func ask(_ machine: SimMachine) {
            machine.replica?.read { [self] result in
                if result == .ready { waiting.remove(machine.index) }
                if result != .ready { timeline.after(10_000) { ask(machine) } }
            }
            machine.process?.requestTurn()
        }
        for machine in living { ask(machine) }
        return timeline.run(milliseconds: milliseconds) { waiting.isEmpty }
    }

    /// Waits until all living nodes stand at the same slot, and compares their states.
    func becomesLevel(milliseconds: UInt64 = 5000) -> Bool {
        let isLevel = timeline.run(milliseconds: milliseconds) {
            Set(living.map { $0.replica?.machine.appliedSlot }).count == 1
                && living.allSatisfy { $0.replica?.machine.isApplying == false }
        }
        let digests = Set(living.map { $0.replica?.machine.digest() })
        return isLevel && digests.count == 1
    }

    /// Ends a workload and holds what its clients were told against what all nodes have.
    func judge(_ clients: Workload) {
        clients.stop()
        #expect(timeline.run(milliseconds: 3000) { clients.isQuiet })
        #expect(becomesReadable(milliseconds: 3000))
        #expect(becomesLevel())
        #expect(breaches == [])
        let report = HistoryCheck.run(clients.history(heldBy: machines))
        #expect(report.violations == [])
        #expect(report.undecidedKeys == [])
        #expect(clients.doneCount > 0)
    }

    // MARK: Ways

    /// Cuts both ways between two nodes; the connection on them breaks, or is left dead without a word.
    func cutOff(_ one: SimMachine, from other: SimMachine, breaks: Bool = true) {
        network.cut(one, other)
        network.cut(other, one)
        if breaks { network.breakConnection(one, other) }
    }

    /// Cuts a node off from all others, without a word.
    func isolate(_ machine: SimMachine, breaks: Bool = false) {
        for peer in machines where peer !== machine { cutOff(machine, from: peer, breaks: breaks) }
    }

    /// Nothing is cut any more.
    func mendAll() {
        for sender in machines {
            for receiver in machines {
                while network.isCut(sender, receiver) { network.mend(sender, receiver) }
            }
        }
    }
}

extension Knobs {
    /// So many clients, each of which thinks so long between two operations.
    mutating func setClients(_ count: Int, meanPauseMicroseconds pause: UInt64) {
        clientCount = count
        operationsPerSecond = UInt64(count) * 1_000_000 / pause
    }
}

extension SimMachine {
    /// Of the process that runs now.
    var replica: Replica? { process?.replica }
}
