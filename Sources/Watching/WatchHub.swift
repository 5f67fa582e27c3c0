package import Basics
package import MVCC

/// All watches of a node. It is given each revision as it is applied, hands it to the live watches that it concerns,
/// and leads the others through history until they are live (P39).
///
/// It knows no clock and no disk. Whoever owns it calls `advance` after slots were applied, feeds it with history
/// (`catchUpNeeded`, `give`), lets it tell its streams (`serve`), and says when time has passed.
///
/// Not Sendable: one loop owns it.
package final class WatchHub {
    /// All up to this revision was given to the live watches.
    package internal(set) var revision: Int64
    /// How much it keeps and gives at a time.
    package let plan: WatchPlan
    /// How often each rare thing happened.
    package internal(set) var marks = MarkCounter<WatchMark>()
    /// A rule that is broken on purpose.
    package var injectedBug: WatchBug?

    var watchIndex: WatchIndex
    /// Watches of all streams.
    package internal(set) var watcherCount = 0
    package internal(set) var liveCount = 0
    /// Those that read history.
    var lagging: [Watcher] = []
    /// The present sweep through history: how far it has come, and the newest revision when it began.
    var sweep: (next: Int64, end: Int64) = (0, 0)
    var streams: [WatchStream] = []
    package var streamCount: Int { streams.count }
    /// Streams that have output and were not told yet.
    var ready = RingBuffer<WatchStream>()
    /// Streams that wait for all their watches to be live.
    var progressWanted: [WatchStream] = []
    /// Events that wait for clients.
    package internal(set) var pendingBytes = 0
    /// Bytes of events that streams took, ever.
    var sentBytes = 0
    var earliestProgressMilliseconds = UInt64.max
    var nowMilliseconds: UInt64 = 0

    /// - Parameters:
    ///   - revision: that of the keyspace.
    ///   - seed: shapes the tree of intervals.
    package init(revision: Int64, seed: UInt64, plan: WatchPlan = .standard) {
        self.revision = revision
        self.plan = plan
        watchIndex = WatchIndex(seed: seed)
    }

    /// Whether watches read history.
    package var isLeading: Bool { !lagging.isEmpty }

    /// Whether streams wait to be told that they have output.
    package var hasOutput: Bool { !ready.isEmpty }

    deinit {
        for stream in streams { stream.isOver = true }
    }

    // MARK: Streams

    package func makeStream() -> WatchStream {
        let stream = WatchStream(self)
        stream.index = streams.count
        streams.append(stream)
        return stream
    }

    func remove(_ stream: WatchStream) {
        precondition(streams[stream.index] === stream, "a stream knows its place")
        for id in stream.watchers.keys.sorted() {
            if let watcher = stream.watchers[id] { stream.remove(watcher) }
        }
        // What watches that compaction has ended were still to be told.
        pendingBytes -= stream.pendingBytes
        stream.pendingBytes = 0
        progressWanted.removeAll { $0 === stream }
        let last = streams.removeLast()
        guard last !== stream else { return }
        streams[stream.index] = last
        last.index = stream.index
    }

    // MARK: Watches

    func add(_ watcher: Watcher) {
        watcherCount += 1
        if watcher.hasProgress { scheduleProgress(watcher.stream) }
        if watcher.next > revision {
            if watcher.next > revision + 1 { marks.hit(.beganInFuture) }
            join(watcher)
        } else {
            marks.hit(.beganInHistory)
            lag(watcher)
        }
    }

    /// A watch becomes live.
    func join(_ watcher: Watcher) {
        watcher.place = .live
        liveCount += 1
        watchIndex.add(watcher)
    }

    /// A watch is to read history from its next revision on.
    func lag(_ watcher: Watcher) {
        watcher.place = .lagging
        watcher.index = lagging.count
        lagging.append(watcher)
        watcher.stream.laggingCount += 1
    }

    func leaveLive(_ watcher: Watcher) {
        watchIndex.remove(watcher)
        liveCount -= 1
    }

    func leaveLagging(_ watcher: Watcher) {
        precondition(lagging[watcher.index] === watcher, "a watch knows its place")
        watcher.stream.laggingCount -= 1
        let last = lagging.removeLast()
        guard last !== watcher else { return }
        lagging[watcher.index] = last
        last.index = watcher.index
    }

    func remove(_ watcher: Watcher, keepsPending: Bool) {
        switch watcher.place {
        case .live: leaveLive(watcher)
        case .lagging: leaveLagging(watcher)
        case .ended: return
        }
        watcher.place = .ended
        watcherCount -= 1
        guard !keepsPending else { return }
        note(pending: -watcher.pendingBytes, of: watcher)
        watcher.dropPending()
    }

    // MARK: Each revision

    /// Slots were applied: hands what they changed to the live watches. To be called before memory gives back what
    /// has been compacted or flushed.
    package func advance(_ keyspace: Keyspace) {
        guard keyspace.revision > revision else { return }
        if liveCount > 0 { handChanges(of: keyspace) }
        revision = keyspace.revision
        if !progressWanted.isEmpty { answerProgress() }
    }

    private func handChanges(of keyspace: Keyspace) {
        var touched: [WatchGroup] = []
        var last: Int64 = 0
        keyspace.visitChangesInMemory(from: revision + 1) { main, key, change in
            if main != last {
                hand(touched, last)
                touched.removeAll(keepingCapacity: true)
                last = main
            }
            var encoded: EncodedChange?
            watchIndex.visit(key) { group in
                // Nobody can have compacted the revision below when this one was written.
                var known = encoded.take() ?? EncodedChange(change(), showsPrevious: true)
                if group.add(&known) { touched.append(group) }
                encoded = known
            }
        }
        hand(touched, last)
    }

    /// The events of a revision go to the watches of the groups that have any.
    private func hand(_ groups: [WatchGroup], _ main: Int64) {
        for group in groups {
            let block = group.takeBlock(main)
            // Backwards, because a watch that leaves gives its place to the last one.
            for index in (0..<group.count).reversed() {
                offer(block, to: group[index])
            }
        }
    }

    private func offer(_ block: EventBlock, to watcher: Watcher) {
        guard block.revision >= watcher.next else { return }
        guard hasRoom(for: block, watcher) else {
            marks.hit(.leftTheLive)
            leaveLive(watcher)
            watcher.next = block.revision
            if injectedBug == .duplicateEventAtHandOver, let first = watcher.pending.first {
                watcher.next = first.revision
            }
            return lag(watcher)
        }
        give(block, to: watcher)
    }

    private func hasRoom(for block: EventBlock, _ watcher: Watcher) -> Bool {
        if watcher.pending.isEmpty { return hasRoom(watcher.stream) }
        let count = block.bytes.count
        return watcher.pendingBytes + count <= plan.pendingBytesPerWatcher
            && watcher.stream.pendingBytes + count <= plan.pendingBytesPerStream
            && pendingBytes + count <= plan.pendingBytesInAll
    }

    /// Whether a stream may be given the first block of one more watch, however large: a revision is never split. One
    /// whose client reads has room soon, whatever becomes of other streams.
    func hasRoom(_ stream: WatchStream) -> Bool {
        let isCalm =
            pendingBytes < plan.pendingBytesInAll
            || stream.pendingBytes < plan.pendingBytesPerWatcher
        return isCalm && stream.pendingBytes < plan.pendingBytesPerStream
    }

    func give(_ block: EventBlock, to watcher: Watcher) {
        watcher.append(block)
        note(pending: block.bytes.count, of: watcher)
        watcher.stream.enqueue(watcher)
    }

    // MARK: Output

    func sent(_ bytes: Int, to watcher: Watcher) {
        sentBytes &+= bytes
        note(pending: -bytes, of: watcher)
    }

    private func note(pending bytes: Int, of watcher: Watcher) {
        pendingBytes += bytes
        watcher.stream.pendingBytes += bytes
    }

    func noteOutput(_ stream: WatchStream) {
        guard !stream.isReady else { return }
        stream.isReady = true
        ready.append(stream)
    }

    /// Tells streams that they have output, until each knows, or they took `bytesMax`.
    ///
    /// - Returns: whether another turn is worth while: some were not told, or what they took made room for history.
    @discardableResult
    package func serve(bytesMax: Int = Limits.bytesPerTurn) -> Bool {
        let before = sentBytes
        let enough = before &+ bytesMax
        var count = ready.count
        while count > 0, sentBytes < enough, let stream = ready.popFirst() {
            count -= 1
            stream.isReady = false
            stream.onOutput()
        }
        return !ready.isEmpty || (isLeading && sentBytes != before)
    }
}
