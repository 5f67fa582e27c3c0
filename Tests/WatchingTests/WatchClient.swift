import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

@testable import Watching

/// A client of a stream, and what it holds against it.
final class WatchClient {
    /// A watch as its client knows it.
    struct Watch {
        let request: WatchCreateRequest
        /// The first revision that it is to be told.
        var start: Int64 = 0
        var isCreated = false
        var isCanceled = false
        var compactedRevision: Int64 = 0
        var events: [Event] = []
        /// Events of a chain of fragments that has not ended.
        var fragments: [Event] = []
        /// The compacted revision when it was created.
        let compactedBefore: Int64
        /// It is told nothing more.
        var wasCanceledByUs = false
    }

    let stream: WatchStream
    private(set) var watches: [Int64: Watch] = [:]
    private(set) var responses: [WatchResponse] = []
    /// What is wrong, in words.
    private(set) var faults: [String] = []
    private(set) var progress: [Int64] = []
    private var asked: [WatchCreateRequest] = []
    private unowned let rig: WatchRig

    init(_ rig: WatchRig, _ stream: WatchStream) {
        self.rig = rig
        self.stream = stream
    }

    @discardableResult
    func create(_ key: String, _ populate: (inout WatchCreateRequest) -> Void = { _ in }) -> Int {
        var request = WatchCreateRequest()
        request.key = Array(key.utf8)
        populate(&request)
        asked.append(request)
        stream.create(request)
        return asked.count
    }

    func cancel(_ id: Int64) {
        watches[id]?.wasCanceledByUs = true
        stream.cancel(id)
    }

    /// Reads at most so many responses.
    func read(_ count: Int) {
        var left = count
        while left > 0, let output = stream.next() {
            left -= 1
            switch output {
            case .answer(let response): take(response)
            case .events(let response):
                guard let decoded = try? WatchResponse(serializedBytes: response.serializedBytes())
                else { return faults.append("a response that is none") }
                take(decoded)
            }
        }
    }

    private func take(_ response: WatchResponse) {
        responses.append(response)
        if response.created { return created(response) }
        if response.canceled {
            watches[response.watchID]?.isCanceled = true
            watches[response.watchID]?.compactedRevision = response.compactRevision
            return
        }
        if response.events.isEmpty { return noteProgress(response) }
        takeEvents(response)
    }

    private func created(_ response: WatchResponse) {
        let request = asked.removeFirst()
        guard !response.canceled else { return }
        var watch = Watch(request: request, compactedBefore: rig.keyspace.compactedRevision)
        watch.isCreated = true
        watch.start =
            request.startRevision == 0 ? response.header.revision + 1 : request.startRevision
        if watches[response.watchID]?.isCanceled == false { faults.append("an id given twice") }
        watches[response.watchID] = watch
    }

    private func noteProgress(_ response: WatchResponse) {
        let revision = response.header.revision
        progress.append(revision)
        let told = response.watchID == -1 ? Array(watches.keys) : [response.watchID]
        for id in told {
            guard let watch = watches[id], !watch.isCanceled, !watch.wasCanceledByUs else {
                continue
            }
            if isAhead(revision, of: watch) {
                faults.append("progress \(revision) ahead of events")
            }
        }
    }

    private func isAhead(_ revision: Int64, of watch: Watch) -> Bool {
        expected(watch).count { $0.kv.modRevision <= revision } > watch.events.count
    }

    private func takeEvents(_ response: WatchResponse) {
        guard var watch = watches[response.watchID] else {
            return faults.append("events of a watch that was not created")
        }
        if watch.isCanceled { faults.append("events after the end") }
        watch.fragments += response.events
        if response.fragment {
            if !watch.request.fragment { faults.append("fragments that nobody asked for") }
        } else {
            if let last = watch.events.last, let first = watch.fragments.first,
                first.kv.modRevision <= last.kv.modRevision
            {
                faults.append("revision \(first.kv.modRevision) was split, or came again")
            }
            if response.header.revision < watch.fragments.last?.kv.modRevision ?? 0 {
                faults.append("a header of an earlier revision")
            }
            watch.events += watch.fragments
            watch.fragments = []
            if isAhead(response.header.revision, of: watch) {
                faults.append("a header ahead of the events")
            }
        }
        watches[response.watchID] = watch
    }

    // MARK: The slow twin

    /// What a watch must have been told at the end.
    func expected(_ watch: Watch) -> [Event] {
        let interval = KeyInterval(key: watch.request.key, rangeEnd: watch.request.rangeEnd)
        return rig.changes.filter {
            let isHidden = watch.request.filters.contains($0.state == nil ? .nodelete : .noput)
            return $0.revision.main >= watch.start && interval.contains($0.key) && !isHidden
        }.map { change in
            var event = Event()
            if let state = change.state {
                event.kv = KeyValue(change.key, state)
            } else {
                event.type = .delete
                event.kv = KeyValue(change.key, .deleted(at: change.revision.main))
            }
            if watch.request.prevKv, let previous = change.previous {
                event.prevKv = KeyValue(change.key, previous)
            }
            return event
        }
    }

    /// Compares everything that was told with what had to be.
    func judge() -> [String] {
        var faults = self.faults
        for id in watches.keys.sorted() {
            guard let watch = watches[id] else { continue }
            let expected = expected(watch)
            let isWhole = watch.events.count == expected.count
            if !watch.isCanceled, !isWhole {
                faults.append("watch \(id): \(watch.events.count) of \(expected.count) events")
            }
            if watch.isCanceled, !watch.wasCanceledByUs, watch.compactedRevision == 0 {
                faults.append("watch \(id) was canceled for nothing")
            }
            for (event, wanted) in zip(watch.events, expected) where event != wanted {
                faults += judge(event, wanted, watch)
            }
        }
        return faults
    }

    private func judge(_ event: Event, _ wanted: Event, _ watch: Watch) -> [String] {
        var bare = wanted
        bare.clearPrevKv()
        let revision = wanted.kv.modRevision
        guard event == bare else { return ["revision \(revision) is told otherwise"] }
        // Left out only where the revision below is compacted.
        return revision - 1 >= rig.keyspace.compactedRevision
            ? ["revision \(revision) lacks what was before"] : []
    }

    /// Whether a state was told that was compacted before its watch began.
    func previousToldTooMuch() -> Bool {
        watches.values.contains { watch in
            watch.events.contains {
                $0.hasPrevKv && $0.kv.modRevision - 1 < watch.compactedBefore
            }
        }
    }
}
