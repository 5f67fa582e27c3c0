internal import Protobuf

/// Events as they stand in a response, encoded once for all watches that are shown them: those of one revision, or of
/// several whole ones.
package final class EventBlock: Sendable {
    /// Everything that is to be shown up to this revision ends with this block; no event is above it.
    package let revision: Int64
    /// Fields of a `WatchResponse`, each a tag, a length and an event.
    package let bytes: [UInt8]

    init(revision: Int64, bytes: [UInt8]) {
        self.revision = revision
        self.bytes = bytes
    }

    /// The end of the events from `start` on that fit into `bytesMax`; at least one event.
    func end(from start: Int, bytesMax: Int) -> Int {
        var end = start
        while end < bytes.count {
            let next = endOfEvent(at: end)
            if end > start, next - start > bytesMax { break }
            end = next
        }
        return end
    }

    private func endOfEvent(at start: Int) -> Int {
        precondition(bytes[start] == EncodedChange.eventTag, "an event begins with its tag")
        var (length, shift, place) = (0, 0, start + 1)
        while bytes[place] >= 0x80 {
            length |= Int(bytes[place] & 0x7F) << shift
            shift += 7
            place += 1
        }
        length |= Int(bytes[place]) << shift
        return place + 1 + length
    }
}
