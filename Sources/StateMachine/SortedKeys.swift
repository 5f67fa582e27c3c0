internal import MVCC

/// Keys in byte order, each once. They lie in pieces, so that adding or removing one moves a few hundred of its
/// neighbours at most, however many there are; and a copy shares the pieces that are not changed.
struct SortedKeys {
    /// None is empty.
    private var pieces: [[[UInt8]]] = []
    private(set) var count = 0

    /// All of them.
    var all: [[UInt8]] { Array(pieces.joined()) }

    /// Those at these places in the order.
    func slice(_ range: Range<Int>) -> [[UInt8]] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "places of keys")
        var slice: [[UInt8]] = []
        slice.reserveCapacity(range.count)
        var start = 0
        for piece in pieces {
            let here = range.clamped(to: start..<start + piece.count)
            slice += piece[here.lowerBound - start..<here.upperBound - start]
            start += piece.count
            if start >= range.upperBound { break }
        }
        return slice
    }

    func contains(_ key: [UInt8]) -> Bool {
        guard let place = place(of: key) else { return false }
        return holds(key, at: place)
    }

    /// False if it was there.
    mutating func insert(_ key: [UInt8]) -> Bool {
        guard let place = place(of: key) else {
            append(key)
            return true
        }
        if holds(key, at: place) { return false }
        pieces[place.piece].insert(key, at: place.index)
        count += 1
        if pieces[place.piece].count > Limits.sortedKeysPerPiece { split(place.piece) }
        return true
    }

    /// False if it was not there.
    mutating func remove(_ key: [UInt8]) -> Bool {
        guard let place = place(of: key), holds(key, at: place) else { return false }
        pieces[place.piece].remove(at: place.index)
        count -= 1
        mergeSmall(place.piece)
        return true
    }

    private typealias Place = (piece: Int, index: Int)

    /// Where a key is, or belongs; nil: behind all others.
    private func place(of key: [UInt8]) -> Place? {
        guard let last = pieces.last?.last, KeyOrder.compare(last, key) >= 0 else { return nil }
        let piece = Self.first(below: pieces.count) {
            KeyOrder.compare(pieces[$0][pieces[$0].count - 1], key) >= 0
        }
        let keys = pieces[piece]
        return (piece, Self.first(below: keys.count) { KeyOrder.compare(keys[$0], key) >= 0 })
    }

    /// The first number below `end` for which that holds, as it does for all after it; `end - 1` at the latest.
    private static func first(below end: Int, where holds: (Int) -> Bool) -> Int {
        var (lower, upper) = (0, end - 1)
        while lower < upper {
            let middle = (lower + upper) / 2
            if holds(middle) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }

    private func holds(_ key: [UInt8], at place: Place) -> Bool {
        pieces[place.piece][place.index] == key
    }

    /// Most keys come in order: full pieces stay full.
    private mutating func append(_ key: [UInt8]) {
        count += 1
        let last = pieces.count - 1
        if last >= 0, pieces[last].count < Limits.sortedKeysPerPiece {
            pieces[last].append(key)
        } else {
            pieces.append([key])
        }
    }

    private mutating func split(_ piece: Int) {
        let half = pieces[piece].count / 2
        pieces.insert(Array(pieces[piece][half...]), at: piece + 1)
        pieces[piece].removeSubrange(half...)
    }

    /// A piece that has become small joins the one before it, if the two are no full piece together.
    private mutating func mergeSmall(_ piece: Int) {
        if pieces[piece].isEmpty {
            pieces.remove(at: piece)
        } else if piece > 0,
            pieces[piece - 1].count + pieces[piece].count <= Limits.sortedKeysPerPiece / 2
        {
            pieces[piece - 1] += pieces[piece]
            pieces.remove(at: piece)
        }
    }
}

/// How they lie in pieces is nobody's business.
extension SortedKeys: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.pieces.joined().elementsEqual(right.pieces.joined())
    }
}
