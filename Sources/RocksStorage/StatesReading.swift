internal import Basics
internal import MVCC
internal import Rows

/// Newest states of keys, as they are being read: of many keys by several threads at once, since each of them may
/// have to wait for the disk.
final class StatesReading: Sendable {
    private struct Found {
        var states: [KeyState?]
        var partsLeft: Int
    }

    private let keys: [[UInt8]]
    private let keysPerPart: Int
    private let found: Monitor<Found>

    /// - Parameter partsMax: the keys are shared out among at most so many parts.
    init(_ keys: [[UInt8]], partsMax: Int) {
        self.keys = keys
        keysPerPart = max(Limits.keysPerPart, (keys.count + partsMax - 1) / partsMax)
        let parts = max(1, (keys.count + keysPerPart - 1) / keysPerPart)
        found = Monitor(
            Found(states: Array(repeating: nil, count: keys.count), partsLeft: parts))
    }

    var partCount: Int { found.withLock(\.partsLeft) }

    /// Reads one part.
    ///
    /// - Returns: all states, in the order of the keys, if it was the last part.
    func read(part: Int, of store: OpenStore) throws(RowError) -> BaseOutcome? {
        let start = part * keysPerPart
        let part = start..<min(keys.count, start + keysPerPart)
        var states: [KeyState?] = []
        states.reserveCapacity(part.count)
        for key in keys[part] {
            states.append(
                try store.reading { keys throws(KeyBaseError) in
                    try keys.state(of: key, at: nil)
                })
        }
        return found.withLock { found in
            found.states.replaceSubrange(part, with: states)
            found.partsLeft -= 1
            return found.partsLeft == 0 ? .states(found.states) : nil
        }
    }
}
