internal import Basics
package import Paxos

/// Reading back what is durable.
extension WriteAheadLog {
    /// Reads values of slots from `fromSlot` on, all of which must be decided here, on a thread of the
    /// disk: at most `bytesMax` bytes of them (but one value at least), none above `upTo`. `then` is
    /// called from `drainCompletions` with the values of consecutive slots from `fromSlot` on; with none
    /// if the log does not hold `fromSlot`, and of truncated slots with none whatever it holds.
    ///
    /// - Parameter isVital: what cannot be read ends the process, as a failed flush does: the next start reads the
    ///   whole log, and decides what is to be done.
    package func readDecided(
        fromSlot: Slot, upTo: Slot, bytesMax: Int, isVital: Bool = false,
        then: @escaping (Result<[Value], LogReadError>) -> Void
    ) {
        precondition(fromSlot > .zero && fromSlot <= upTo, "a range of slots")
        let segments = fromSlot > state.truncatedUpTo ? indexes : []
        let pieces = segments.lazy.filter { $0.slots.intersects(fromSlot, upTo) }
            .flatMap(\.pieces).filter { $0.slots.intersects(fromSlot, upTo) }
        let scan = DecidedScan(
            from: fromSlot, upTo: upTo, bytesMax: bytesMax, salt: identity.salt,
            pieces: Array(pieces),
            takesOldest: options.injectedBug == .readBackTakesOldestBallot, isVital: isVital)
        marks.hit(.readBack)
        let ticket = makeTicket()
        reads[ticket] = Reading(firstSegment: pieces.first?.segment ?? .max, then: then)
        disk.submit(.scan(scan), ticket: ticket)
    }

    /// How many segments hold the log.
    package var segmentCount: Int { indexes.count }

    /// Bytes that the log takes on disk.
    package var byteCount: UInt64 {
        indexes.reduce(0) { $0 + UInt64(max($1.byteCount, $1.usedBytes)) }
    }
}
