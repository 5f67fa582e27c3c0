internal import EtcdMessages
internal import MVCC

/// What of a change a watch is shown: watches of the same keys that agree on this share their events.
package struct WatchOptions: Equatable, Sendable {
    package var hasPuts = true
    package var hasDeletes = true
    package var hasPrevious = false

    package init() {}

    init(_ request: WatchCreateRequest) {
        hasPuts = !request.filters.contains(.noput)
        hasDeletes = !request.filters.contains(.nodelete)
        hasPrevious = request.prevKv
    }

    func shows(_ change: Change) -> Bool { change.state == nil ? hasDeletes : hasPuts }
}
