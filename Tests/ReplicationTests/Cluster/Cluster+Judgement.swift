import Replication
import StateMachine

/// The end of a history: all comes back, and what clients were told is held against what is left.
extension Cluster {
    /// Waits until every node and role is back, serves, and has the same state; notes what is not so.
    func heal(_ workload: Workload) {
        let isHealed = timeline.run(milliseconds: 10_000) {
            nodes.allSatisfy { $0.isStarted && $0.replica?.deadRoles == [] } && workload.isQuiet
        }
        if !isHealed { note("not every node or role came back, or answered") }
        if !becomesReadable(milliseconds: 10_000) { note("not every node serves again") }
        if !becomesLevel(milliseconds: 10_000) { note("not every node caught up") }
    }

    /// The first things that should not have happened.
    func findings(_ workload: Workload) -> [String] {
        let replicas = nodes.compactMap(\.replica)
        for replica in replicas { compareDigest(of: replica, isCertain: true) }
        let judged = replicas.flatMap {
            HistoryChecker.check(workload.operations, against: $0.machine)
        }
        return Array((violations + judged).prefix(12))
    }
}

extension Workload {
    /// Writes that ended well.
    var acknowledged: Int {
        operations.count { operation in
            if case .written = operation.ending { true } else { false }
        }
    }
}
