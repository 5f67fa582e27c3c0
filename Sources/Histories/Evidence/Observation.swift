/// What somebody was shown of a key: its pair as of a revision.
struct Observation {
    let key: Int
    let pair: Pair?
    /// The revision of the store whose content it is said to be.
    let revision: Int64
    /// The operation whose answer it is; nil for a view of a node.
    let operation: Int?
}
