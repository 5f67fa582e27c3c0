internal import EtcdMessages
internal import MVCC
internal import Protobuf
internal import StateMachine

/// One watch of a client, over all streams that it ever had: what it asks for, and whether what it is told is what
/// etcd promises: ordered, unique, reliable, atomic, resumable, bookmarkable, filterable, with the right states
/// before, and created before anything else.
struct SimWatch {
    let interval: KeyInterval
    let key: [UInt8]
    let rangeEnd: [UInt8]
    let hasPrevious: Bool
    let hasFragments: Bool
    let filters: [WatchCreateRequest.FilterType]
    /// The next revision that it is to be told; 0: from when it is created.
    var next: Int64 = 0
    /// Its id on the present stream; nil while it has none.
    var id: Int64?
    /// The compacted revision of the node that it is at, when it was created there.
    var compactedBefore: Int64 = -1
    private var fragments: [Event] = []

    init(key: [UInt8], rangeEnd: [UInt8], _ dice: inout Dice) {
        self.key = key
        self.rangeEnd = rangeEnd
        interval = KeyInterval(key: key, rangeEnd: rangeEnd)
        hasPrevious = dice.happens(perMille: 500)
        hasFragments = dice.happens(perMille: 300)
        filters = dice.one(of: [[], [], [], [.noput], [.nodelete]])
    }

    var request: WatchCreateRequest {
        WatchCreateRequest.with {
            $0.key = key
            $0.rangeEnd = rangeEnd
            $0.startRevision = next
            $0.prevKv = hasPrevious
            $0.fragment = hasFragments
            $0.filters = filters
        }
    }

    /// The stream has gone: half a chain of fragments counts for nothing.
    mutating func disconnect() {
        id = nil
        fragments = []
    }

    /// Events came; what is wrong with them, in words.
    mutating func take(_ response: WatchResponse, _ ledger: ChangeLedger) -> String? {
        fragments += response.events
        if response.fragment { return hasFragments ? nil : "fragments that nobody asked for" }
        let events = fragments
        fragments = []
        guard let first = events.first, let last = events.last else { return "no events" }
        if next == 0 { return "events before the watch was created" }
        if first.kv.modRevision < next {
            return "revision \(first.kv.modRevision) came again, or out of order; \(next) is next"
        }
        // With the last event everything up to the header's revision is told.
        let end = response.header.revision
        if end < last.kv.modRevision { return "the header is of an earlier revision" }
        let fault = compare(events, through: end, ledger)
        next = max(next, end + 1)
        return fault
    }

    /// Everything up to `revision` was told, says the node.
    mutating func takeProgress(_ revision: Int64, _ ledger: ChangeLedger) -> String? {
        guard next > 0, revision >= next else { return nil }
        defer { next = revision + 1 }
        return compare([], through: revision, ledger).map { "progress at \(revision): \($0)" }
    }

    private func compare(
        _ events: [Event], through end: Int64, _ ledger: ChangeLedger
    ) -> String? {
        guard let changes = ledger.changes(from: next, through: end) else { return nil }
        let wanted = changes.filter { shows($0) }
        if wanted.count != events.count {
            return "\(events.count) events instead of \(wanted.count) from \(next) through \(end)"
        }
        for (event, change) in zip(events, wanted) {
            if let fault = compare(event, change, ledger) { return fault }
        }
        return nil
    }

    private func shows(_ change: Change) -> Bool {
        interval.contains(change.key)
            && !filters.contains(change.state == nil ? .nodelete : .noput)
    }

    private func compare(_ event: Event, _ change: Change, _ ledger: ChangeLedger) -> String? {
        let revision = change.revision.main
        let state = change.state ?? .deleted(at: revision)
        guard event.kv == KeyValue(change.key, state),
            event.type == (change.state == nil ? .delete : .put)
        else { return "revision \(revision) is told otherwise" }
        guard event.hasPrevKv else {
            // Left out only where the revision below is compacted.
            let isMissing =
                hasPrevious && change.previous != nil && revision - 1 >= ledger.compactedRevision
            return isMissing ? "revision \(revision) lacks what was before" : nil
        }
        if !hasPrevious { return "a state before that nobody asked for" }
        if revision - 1 < compactedBefore { return "revision \(revision) tells a compacted state" }
        let isRight = change.previous.map { KeyValue(change.key, $0) } == event.prevKv
        return isRight ? nil : "before revision \(revision) there was something else"
    }
}
