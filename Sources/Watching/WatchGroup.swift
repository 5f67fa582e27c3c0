internal import MVCC

/// Live watches of the same keys that are shown the same: their events are laid out once.
final class WatchGroup {
    let interval: KeyInterval
    let options: WatchOptions
    /// Another group of the same keys.
    var sibling: WatchGroup?
    private(set) var watchers: [Watcher] = []
    /// The events of the revision at work.
    private var events: [UInt8] = []

    init(_ interval: KeyInterval, _ options: WatchOptions) {
        self.interval = interval
        self.options = options
    }

    func add(_ watcher: Watcher) {
        watcher.group = self
        watcher.index = watchers.count
        watchers.append(watcher)
    }

    func remove(_ watcher: Watcher) {
        precondition(watchers[watcher.index] === watcher, "a watch knows its place")
        watcher.group = nil
        let last = watchers.removeLast()
        guard last !== watcher else { return }
        watchers[watcher.index] = last
        last.index = watcher.index
    }

    /// Adds an event of the revision at work; true if it is the first.
    func add(_ change: inout EncodedChange) -> Bool {
        guard options.shows(change.change) else { return false }
        let isFirst = events.isEmpty
        if isFirst {
            events = change.bytes(options)
        } else {
            events += change.bytes(options)
        }
        return isFirst
    }

    /// The events of the revision at work, which ends.
    func takeBlock(_ revision: Int64) -> EventBlock {
        defer { events = [] }
        return EventBlock(revision: revision, bytes: events)
    }
}
