internal import MVCC

/// Live watches of the same keys that are shown the same: their events are laid out once.
final class WatchGroup {
    let interval: KeyInterval
    let options: WatchOptions
    /// Another group of the same keys.
    var sibling: WatchGroup?
    /// The watches: the first stands by itself, since most groups have no other, and an array is dearer than that.
    private var first: Watcher?
    private var others: [Watcher] = []
    /// The events of the revision at work.
    private var events: [UInt8] = []

    init(_ interval: KeyInterval, _ options: WatchOptions) {
        self.interval = interval
        self.options = options
    }

    var count: Int { first == nil ? 0 : others.count + 1 }

    subscript(index: Int) -> Watcher {
        guard index == 0, let first else { return others[index - 1] }
        return first
    }

    func add(_ watcher: Watcher) {
        watcher.group = self
        watcher.index = count
        if first == nil { first = watcher } else { others.append(watcher) }
    }

    func remove(_ watcher: Watcher) {
        precondition(self[watcher.index] === watcher, "a watch knows its place")
        watcher.group = nil
        let last = others.popLast()
        if last !== watcher {
            if watcher.index == 0 {
                first = last
            } else if let last {
                others[watcher.index - 1] = last
            }
            last?.index = watcher.index
        }
        if others.isEmpty { others = [] }
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
