internal import Basics
internal import Paxos

/// What is staged: batches in the making, the oldest first. However much comes while a flush is slow, none is larger than a
/// part of a segment, unless a single value is: a batch that outgrew its file would need room that a full disk lacks.
struct StagedBatches {
    /// A batch ends before a value that would make its payload larger.
    private let payloadBytesMax: Int
    private var full = RingBuffer<StagedBatch>()
    /// What the full ones will take on disk.
    private var fullExtent = 0
    private var open = StagedBatch()
    private var lastBox: UInt64 = 0

    init(payloadBytesMax: Int) { self.payloadBytesMax = payloadBytesMax }

    var isEmpty: Bool { open.isEmpty && full.isEmpty }

    /// What the oldest batch will take on disk.
    var firstExtent: Int { full.isEmpty ? open.extent : full[0].extent }

    /// Since when the oldest one waits for the disk; nil if none does.
    var waitingSinceMilliseconds: UInt64? {
        full.isEmpty ? open.waitingSinceMilliseconds : full[0].waitingSinceMilliseconds
    }

    /// What all will take on disk.
    var extent: Int { fullExtent + (open.isEmpty ? 0 : open.extent) }

    /// Where the records of a box went.
    enum Place {
        case openBatch
        case newBatch
        case severalBatches
    }

    /// Stages the records of one box. They become durable in their order; only before a value a batch may end between
    /// them, for values stand by themselves, and other records may need the one before.
    mutating func append(_ records: [DurableRecord], group: GroupID, box: UInt64) -> Place {
        precondition(box > lastBox, "box numbers rise")
        lastBox = box
        var rest = records[...]
        var place = Place.openBatch
        while let end = endOfBatch(in: rest) {
            place = end > 0 ? .severalBatches : .newBatch
            if end > rest.startIndex { open.append(rest[..<end], group: group) }
            full.append(open)
            fullExtent += open.extent
            open = StagedBatch()
            rest = rest[end...]
        }
        open.append(rest, group: group)
        open.complete(box: box)
        return place
    }

    /// Before which of the records the open batch ends; nil if it takes them all.
    private func endOfBatch(in records: ArraySlice<DurableRecord>) -> Int? {
        var byteCount = open.isEmpty ? 0 : open.payloadBytes
        for index in records.indices {
            guard let value = records[index].value else { continue }
            let recordBytes = value.byteCount + Limits.recordOverheadBytes
            if byteCount > 0, byteCount + recordBytes > payloadBytesMax { return index }
            byteCount += recordBytes
        }
        return nil
    }

    /// What was staged in this turn waits from now on.
    mutating func wait(since milliseconds: UInt64) {
        open.wait(since: milliseconds)
        for index in (0..<full.count).reversed() {
            guard full[index].waitingSinceMilliseconds == nil else { return }
            full[index].wait(since: milliseconds)
        }
    }

    /// Takes the oldest batch out, in the place of one that is not needed any more. Its memory is used again, if nothing else
    /// waits.
    mutating func takeFirst(replacing used: inout StagedBatch) {
        guard let oldest = full.popFirst() else { return swap(&open, &used) }
        fullExtent -= oldest.extent
        used = oldest
    }
}
