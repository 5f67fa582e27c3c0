/// Every size in this room that has a bound.
package enum Limits {
    /// The most keys of a leaf and children of an inner node of the `KeyTree`.
    package static let nodeWidthMax = 64
    /// A node below this width is joined with a neighbour if both fit into `joinedWidthMax`.
    package static let nodeWidthMin = 16
    /// The widest node that a join makes: room is left, so that the next insert does not split it.
    package static let joinedWidthMax = 48
    /// Entries in one chunk of the `History`: 96 bytes each.
    package static let historyChunkEntries = 1024
    /// Keys that are asked of the base at once.
    package static let basePieceKeys = 1000
    /// What a key in the tree takes beside its bytes and its value: the record, the arrays' headers, its share of
    /// nodes that are two thirds full.
    package static let recordOverheadBytes = 220
    /// What a change in the history takes beside the value before.
    package static let entryOverheadBytes = 144
    /// Of what keys and changes may take, so many parts of so many are left to changes: keys have the rest in any case.
    static let changeParts = 3
    static let keyShareParts = 8
    /// Eviction goes so far below the size allowed, as one part in so many of it.
    static let evictionParts = 64
    /// A round that finds less than one key in so many that could go is not worth repeating at once,
    static let evictionHope = 16
    /// but when one part in so many of the size allowed has come.
    static let evictionPauseParts = 8
}
