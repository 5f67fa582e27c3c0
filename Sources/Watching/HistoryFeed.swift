internal import MVCC

/// A batch of history on its way to watches: each event encoded once, and a block kept for others that need the same.
struct HistoryFeed {
    private struct Block {
        let interval: KeyInterval
        let options: WatchOptions
        let start: Int64
        let block: EventBlock?
    }

    private var changes: [EncodedChange]
    /// Whoever has the events of the batch has everything up to here.
    private let end: Int64
    private var blocks: [Block] = []
    /// A state before a change is known and not shown.
    let hasHiddenPrevious: Bool

    init(_ batch: ChangeBatch, compactedRevision: Int64, injectedBug: WatchBug?) {
        end = batch.next - 1
        var hasHidden = false
        var changes: [EncodedChange] = []
        for change in batch.changes {
            let main = change.revision.main
            if injectedBug == .deleteEventAtCompactRevision, change.state == nil,
                main == compactedRevision
            {
                continue
            }
            if injectedBug == .revisionSplitInHistory, change.revision.sub > 0,
                main == batch.next - 1
            {
                continue
            }
            // Present by the number, not by what is physically there: equal on every node (P35).
            let isReadable =
                main - 1 >= compactedRevision || injectedBug == .prevKvDiffersBetweenNodes
            if !isReadable, change.previous != nil { hasHidden = true }
            changes.append(EncodedChange(change, showsPrevious: isReadable))
        }
        self.changes = changes
        hasHiddenPrevious = hasHidden
    }

    /// The events that a watch is shown of the batch, from its next revision on; nil if there are none.
    mutating func block(for watcher: Watcher) -> EventBlock? {
        let known = blocks.first {
            $0.start == watcher.next && $0.options == watcher.options
                && $0.interval == watcher.interval
        }
        if let known { return known.block }
        var bytes: [UInt8] = []
        for index in changes.indices {
            let change = changes[index].change
            guard change.revision.main >= watcher.next, watcher.options.shows(change),
                watcher.interval.contains(change.key)
            else { continue }
            bytes += changes[index].bytes(watcher.options)
        }
        let block = bytes.isEmpty ? nil : EventBlock(revision: end, bytes: bytes)
        if blocks.count < Limits.sharedBlocksMax {
            blocks.append(
                Block(
                    interval: watcher.interval, options: watcher.options, start: watcher.next,
                    block: block))
        }
        return block
    }
}
