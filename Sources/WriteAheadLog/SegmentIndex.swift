/// Where in a segment which slots are: a piece is some whole batches in a row.
package struct SegmentIndex: Equatable, Sendable {
    package struct Piece: Equatable, Sendable {
        package let segment: UInt64
        package let offset: Int
        package fileprivate(set) var end: Int
        package fileprivate(set) var slots: SlotRange
    }

    package let number: UInt64
    /// What the file took on disk when it was found or made.
    package let byteCount: Int
    package private(set) var pieces: [Piece] = []
    package private(set) var slots = SlotRange()

    /// Bytes of the segment that are in use.
    package var usedBytes: Int { pieces.last?.end ?? 0 }

    package init(number: UInt64, byteCount: Int) {
        self.number = number
        self.byteCount = byteCount
    }

    /// Notes the batch at `offset`; batches come in order.
    package mutating func include(offset: Int, extent: Int, slots: SlotRange) {
        self.slots.include(slots)
        let end = offset + extent
        if let last = pieces.indices.last, pieces[last].end == offset,
            end - pieces[last].offset <= Limits.indexPieceBytes
        {
            pieces[last].end = end
            pieces[last].slots.include(slots)
        } else {
            pieces.append(Piece(segment: number, offset: offset, end: end, slots: slots))
        }
    }
}
