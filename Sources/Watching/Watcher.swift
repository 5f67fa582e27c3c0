internal import MVCC

/// One watch of one stream. It is *live* while it is given each revision as it is applied, and it *lags* while it is
/// given older ones from history.
final class Watcher {
    enum Place { case live, lagging, ended }

    let id: Int64
    unowned let stream: WatchStream
    let interval: KeyInterval
    let options: WatchOptions
    let hasFragments: Bool
    let hasProgress: Bool
    var place = Place.ended
    /// Whether it stands in its stream's queue.
    var isQueued = false
    /// Whether events were sent since its stream was last told of progress.
    var hasNews = false
    /// The lowest revision that it is still to be given. Of a live watch that is given one after another it is not kept.
    var next: Int64
    /// The group, while it is live.
    var group: WatchGroup?
    /// The place in the group, or among those that lag.
    var index = 0
    /// What it was given and has not been sent.
    private(set) var pending: [EventBlock] = []
    private(set) var pendingBytes = 0
    /// How much of the first pending block was sent in fragments.
    var sentOfFirst = 0

    init(
        id: Int64, stream: WatchStream, interval: KeyInterval, options: WatchOptions,
        hasFragments: Bool, hasProgress: Bool, next: Int64
    ) {
        self.id = id
        self.stream = stream
        self.interval = interval
        self.options = options
        self.hasFragments = hasFragments
        self.hasProgress = hasProgress
        self.next = next
    }

    func append(_ block: EventBlock) {
        pending.append(block)
        pendingBytes += block.bytes.count
    }

    /// Takes the first blocks, as many as `bytesMax` holds, at least one.
    func takePending(bytesMax: Int) -> [EventBlock] {
        var (count, bytes) = (0, 0)
        for block in pending {
            if count > 0, bytes + block.bytes.count > bytesMax { break }
            bytes += block.bytes.count
            count += 1
        }
        pendingBytes -= bytes
        if count == pending.count {
            defer { pending = [] }
            return pending
        }
        let taken = Array(pending[..<count])
        pending.removeFirst(count)
        return taken
    }

    func dropPending() {
        pending = []
        pendingBytes = 0
        sentOfFirst = 0
    }
}
