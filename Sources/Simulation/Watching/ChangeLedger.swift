internal import EtcdMessages
internal import MVCC
internal import Replication
internal import StateMachine

/// Everything that was ever changed, as the first replica that applied it has it: what watches must tell.
final class ChangeLedger {
    /// By revision, from `firstRevision` on; nil where nobody looked in time.
    private var revisions: [[Change]?] = []
    private let firstRevision: Int64 = 2
    /// The highest compacted revision that any replica had.
    private(set) var compactedRevision: Int64 = -1

    /// The newest revision that is known.
    var revision: Int64 { firstRevision + Int64(revisions.count) - 1 }

    /// Looks at what a replica has applied. To be called at the end of each of its turns.
    func note(_ replica: Replica) {
        let keyspace = replica.machine.keyspace
        compactedRevision = max(compactedRevision, keyspace.compactedRevision)
        guard keyspace.revision > revision else { return }
        let start = max(revision + 1, keyspace.flushedRevision + 1)
        var found: [Int64: [Change]] = [:]
        for change in keyspace.changesInMemory(from: start).changes {
            found[change.revision.main, default: []].append(change)
        }
        for number in revision + 1...keyspace.revision { revisions.append(found[number]) }
    }

    /// The changes from one revision through another; nil if some of them nobody looked at.
    func changes(from start: Int64, through end: Int64) -> [Change]? {
        if start > end { return [] }
        guard start >= firstRevision, end <= revision else { return nil }
        var all: [Change] = []
        for number in start...end {
            guard let changes = revisions[Int(number - firstRevision)] else { return nil }
            all += changes
        }
        return all
    }
}
