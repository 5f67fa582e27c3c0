internal import Basics
package import EtcdMessages
package import MVCC

/// The watches of one client's stream: what it asks, and what it is sent, in order.
package final class WatchStream {
    /// What stands in the queue: an answer, or a watch that has events.
    enum Entry {
        case answer(WatchAnswer)
        case events(Watcher)
    }

    /// There is output, after there was none: `next` is to be called until it gives nothing, at once or later.
    package var onOutput: () -> Void = {}
    /// The client has so many answers waiting that it is not worth going on.
    package private(set) var isOverrun = false

    /// Nothing is asked or sent any more: the stream has ended, or its hub is gone.
    var isOver = false

    unowned let hub: WatchHub
    /// The place among the hub's streams.
    var index = 0
    /// By id; walked in the order of their ids only.
    var watchers: [Int64: Watcher] = [:]
    /// Of watches that compaction has ended. As in etcd their ids stay taken until the client ends them, too.
    private var compactedIDs: Set<Int64> = []
    var laggingCount = 0
    /// The highest revision that a watch began at.
    var highestStart: Int64 = 0
    var pendingBytes = 0
    /// Whether the hub knows that there is output.
    var isReady = false
    var wantsProgress = false
    /// The highest number while no watch is told of progress by itself.
    var nextProgressMilliseconds = UInt64.max
    /// Watches that are told of progress by themselves.
    var progressCount = 0
    private var nextID: Int64 = 0
    private var queue = RingBuffer<Entry>(capacity: 4)
    /// A watch whose events did not fit into one response: it goes on before the queue.
    private var front: Watcher?
    private(set) var answersWaiting = 0

    init(_ hub: WatchHub) { self.hub = hub }

    // MARK: What the client asks

    /// What a client asked.
    package func take(_ request: WatchRequest) {
        if isOver { return }
        switch request.requestUnion {
        case .createRequest(let create): self.create(create)
        case .cancelRequest(let cancel): self.cancel(cancel.watchID)
        case .progressRequest: requestProgress()
        case nil: break
        }
    }

    package func create(_ request: WatchCreateRequest) {
        if isOver { return }
        let interval = request.interval
        if let refusal = refusal(of: request, interval) {
            return answer(
                WatchAnswer(kind: .refused(refusal), watchID: -1, revision: hub.revision))
        }
        let start = request.startRevision
        let watcher = Watcher(
            id: makeID(request.watchID), stream: self, interval: interval,
            options: WatchOptions(request), hasFragments: request.fragment,
            hasProgress: request.progressNotify, next: start == 0 ? hub.revision + 1 : start)
        watchers[watcher.id] = watcher
        highestStart = max(highestStart, watcher.next)
        if watcher.hasProgress { progressCount += 1 }
        answer(WatchAnswer(kind: .created, watchID: watcher.id, revision: hub.revision))
        hub.add(watcher)
    }

    /// Answers the request for a watch that must not be, in the words of whoever forbids it.
    package func refuse(because reason: String) {
        if isOver { return }
        answer(WatchAnswer(kind: .forbidden(reason), watchID: -1, revision: hub.revision))
    }

    /// Ends a watch. One that is not there is not answered.
    package func cancel(_ id: Int64) {
        if isOver { return }
        if let watcher = watchers[id] {
            remove(watcher)
        } else if compactedIDs.remove(id) == nil {
            return
        }
        answer(WatchAnswer(kind: .canceled, watchID: id, revision: hub.revision))
    }

    /// Asks to be told a revision up to which all watches have been given everything.
    package func requestProgress() {
        guard !isOver, !wantsProgress else { return }
        wantsProgress = true
        hub.wantProgress(self)
    }

    /// The client has gone, or must go.
    package func end() {
        if isOver { return }
        isOver = true
        onOutput = {}
        hub.remove(self)
    }

    // MARK: What the client is sent

    /// The next response; nil if there is none now.
    package func next() -> WatchOutput? {
        if isOver { return nil }
        if let watcher = front {
            front = nil
            if let response = takeEvents(watcher) { return .events(response) }
        }
        while let entry = queue.popFirst() {
            switch entry {
            case .answer(let answer):
                answersWaiting -= 1
                return .answer(WatchResponse(answer))
            case .events(let watcher):
                if let response = takeEvents(watcher) { return .events(response) }
            }
        }
        return nil
    }

    /// Whether `next` would give something; it may be mistaken about a watch that has ended.
    package var hasOutput: Bool { front != nil || !queue.isEmpty }

    private func takeEvents(_ watcher: Watcher) -> EventsResponse? {
        guard watcher.place != .ended || !watcher.pending.isEmpty else { return nil }
        let before = watcher.pendingBytes
        defer { hub.sent(before - watcher.pendingBytes, to: watcher) }
        watcher.hasNews = true
        if watcher.hasFragments, let first = watcher.pending.first,
            first.bytes.count > hub.plan.fragmentBytes
        {
            return takeFragment(watcher, first)
        }
        let blocks = watcher.takePending(bytesMax: Limits.responseBytes)
        settle(watcher)
        guard let last = blocks.last else { return nil }
        return EventsResponse(
            header: .at(last.revision), watchID: watcher.id, isFragment: false,
            pieces: blocks.map { $0.bytes[...] })
    }

    private func takeFragment(_ watcher: Watcher, _ block: EventBlock) -> EventsResponse {
        let start = watcher.sentOfFirst
        let end = block.end(from: start, bytesMax: hub.plan.fragmentBytes)
        let isLast = end == block.bytes.count
        if isLast {
            watcher.sentOfFirst = 0
            _ = watcher.takePending(bytesMax: 0)
            settle(watcher)
        } else {
            hub.marks.hit(.fragmented)
            watcher.sentOfFirst = end
            front = watcher
        }
        return EventsResponse(
            header: .at(block.revision), watchID: watcher.id, isFragment: !isLast,
            pieces: [block.bytes[start..<end]])
    }

    /// What is left of a watch's events comes next.
    private func settle(_ watcher: Watcher) {
        if watcher.pending.isEmpty {
            watcher.isQueued = false
        } else {
            front = watcher
        }
    }

    // MARK: For the hub

    func answer(_ answer: WatchAnswer) {
        queue.append(.answer(answer))
        answersWaiting += 1
        if answersWaiting > Limits.answersWaitingMax { isOverrun = true }
        hub.noteOutput(self)
    }

    /// A watch has events.
    func enqueue(_ watcher: Watcher) {
        if !watcher.isQueued {
            watcher.isQueued = true
            queue.append(.events(watcher))
        }
        hub.noteOutput(self)
    }

    /// A watch is over. What it was given goes with it, unless `keepsPending`: then that is sent first.
    func remove(_ watcher: Watcher, keepsPending: Bool = false) {
        watchers[watcher.id] = nil
        if watcher.hasProgress {
            progressCount -= 1
            if progressCount == 0 { nextProgressMilliseconds = .max }
        }
        hub.remove(watcher, keepsPending: keepsPending)
        if front === watcher, !keepsPending { front = nil }
    }

    /// A watch is over, because what it was to be given next is compacted.
    func endCompacted(_ watcher: Watcher, at compacted: Int64) {
        remove(watcher, keepsPending: true)
        if compactedIDs.count < Limits.compactedIDsPerStreamMax { compactedIDs.insert(watcher.id) }
        answer(
            WatchAnswer(
                kind: .canceled, watchID: watcher.id, revision: 0, compactedRevision: compacted))
    }

    private func isTaken(_ id: Int64) -> Bool { watchers[id] != nil || compactedIDs.contains(id) }

    private func makeID(_ wanted: Int64) -> Int64 {
        if wanted != 0 { return wanted }
        while isTaken(nextID) { nextID += 1 }
        defer { nextID += 1 }
        return nextID
    }

    private func refusal(
        of request: WatchCreateRequest, _ interval: KeyInterval
    ) -> WatchRefusal? {
        if request.startRevision < 0 { return .compacted }
        if case .bounded(let lower, let upper) = interval, KeyOrder.compare(lower, upper) >= 0 {
            return .emptyRange
        }
        if request.watchID != 0, isTaken(request.watchID) { return .duplicateID }
        let isFull =
            watchers.count >= Limits.watchersPerStreamMax
            || hub.watcherCount >= hub.plan.watchersMax
        return isFull ? .tooMany : nil
    }
}

extension WatchCreateRequest {
    /// What is watched: no key is the lowest one.
    package var interval: KeyInterval {
        KeyInterval(key: key.isEmpty ? [0] : key, rangeEnd: rangeEnd)
    }
}

extension ResponseHeader {
    fileprivate static func at(_ revision: Int64) -> ResponseHeader {
        var header = ResponseHeader()
        header.revision = revision
        return header
    }
}

extension WatchResponse {
    fileprivate init(_ answer: WatchAnswer) {
        self.init()
        header = .at(answer.revision)
        watchID = answer.watchID
        switch answer.kind {
        case .created: created = true
        case .canceled:
            canceled = true
            compactRevision = answer.compactedRevision
        case .progress: break
        case .refused(let refusal): refuse(refusal.rawValue)
        case .forbidden(let reason): refuse(reason)
        }
    }

    private mutating func refuse(_ reason: String) {
        created = true
        canceled = true
        cancelReason = reason
    }
}
