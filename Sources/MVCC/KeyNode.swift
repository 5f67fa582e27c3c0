/// A node of the `KeyTree`. A leaf has `records`; an inner node has `children` and `liveCounts` of
/// one length and `bounds` of one less, each the lower bound of the child to its right.
///
/// A search looks at `heads`, not at the keys: each is the eight bytes of one key that follow the
/// prefix common to all of the node, so that a node is searched in a few cache lines, and the one
/// key that is read at the end is (mostly) the one that was wanted.
///
/// Exclusive access is not checked at run time, which would cost as much as a comparison: nothing
/// here calls out while it changes a node.
final class KeyNode {
    @exclusivity(unchecked) var records = ContiguousArray<KeyRecord>()
    /// The lower bounds of `children[1...]`.
    @exclusivity(unchecked) var bounds = ContiguousArray<[UInt8]>()
    @exclusivity(unchecked) var children = ContiguousArray<KeyNode>()
    /// The live records below each child.
    @exclusivity(unchecked) var liveCounts = ContiguousArray<Int>()
    /// Eight bytes of each key (of the records, or the bounds), zeros behind its end, as a number.
    @exclusivity(unchecked) var heads = ContiguousArray<UInt64>()
    /// How many first bytes all keys of the node share, at least.
    @exclusivity(unchecked) var prefixLength = 0
    let isLeaf: Bool

    init(isLeaf: Bool) {
        self.isLeaf = isLeaf
        heads.reserveCapacity(Limits.nodeWidthMax)
        if isLeaf {
            records.reserveCapacity(Limits.nodeWidthMax)
        } else {
            bounds.reserveCapacity(Limits.nodeWidthMax)
            children.reserveCapacity(Limits.nodeWidthMax)
            liveCounts.reserveCapacity(Limits.nodeWidthMax)
        }
    }

    /// Records of a leaf, children of an inner node.
    var width: Int { isLeaf ? records.count : children.count }

    /// Keys that the node is searched by.
    var keyCount: Int { heads.count }

    /// The live records below this node.
    var live: Int {
        guard isLeaf else { return liveCounts.reduce(0, +) }
        return records.reduce(0) { $0 + ($1.isLive ? 1 : 0) }
    }

    @inline(__always)
    func key(at index: Int) -> [UInt8] { isLeaf ? records[index].key : bounds[index] }
}
