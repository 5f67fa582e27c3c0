internal import Basics
package import Paxos

/// Reading back what is durable, and removing what is no longer needed.
extension WriteAheadLog {
    /// Reads values of slots from `fromSlot` on, all of which must be decided here, on a thread of the
    /// disk: at most `bytesMax` bytes of them (but one value at least), none above `upTo`. `then` is
    /// called from `drainCompletions` with the values of consecutive slots from `fromSlot` on; with none
    /// if the log does not hold `fromSlot`.
    package func readDecided(
        fromSlot: Slot, upTo: Slot, bytesMax: Int,
        then: @escaping (Result<[Value], LogReadError>) -> Void
    ) {
        precondition(fromSlot > .zero && fromSlot <= upTo, "a range of slots")
        let pieces = indexes.lazy.filter { $0.slots.intersects(fromSlot, upTo) }
            .flatMap(\.pieces).filter { $0.slots.intersects(fromSlot, upTo) }
        let scan = DecidedScan(
            from: fromSlot, upTo: upTo, bytesMax: bytesMax, salt: identity.salt,
            pieces: Array(pieces),
            takesOldest: options.injectedBug == .readBackTakesOldestBallot)
        marks.hit(.readBack)
        let ticket = makeTicket()
        reads[ticket] = then
        disk.submit(.scan(scan), ticket: ticket)
    }

    /// Removes segments that hold only slots up to `slot`, all of them truncated by a durable record. The
    /// current segment and one older stay: one bad sector must not take the only promise. Does nothing
    /// while values are being read. Returns how many go.
    @discardableResult
    package func remove(upTo slot: Slot) -> Int {
        guard reads.isEmpty, isStarted, writing?.isOpening != true else { return 0 }
        let limit = min(slot, durableTruncatedUpTo)
        var count = 0
        while indexes.count > 2, indexes[0].slots.high <= limit {
            disk.submit(.remove(segment: indexes.removeFirst().number), ticket: makeTicket())
            removals += 1
            count += 1
        }
        return count
    }

    /// How many segments hold the log.
    package var segmentCount: Int { indexes.count }

    /// Bytes that the log takes on disk.
    package var byteCount: UInt64 { UInt64(indexes.count) * UInt64(options.segmentBytes) }
}

extension WriteAheadLog.Writing {
    /// Whether a segment's state batch is not durable yet.
    var isOpening: Bool {
        if case .opening = kind { return true }
        return false
    }
}
