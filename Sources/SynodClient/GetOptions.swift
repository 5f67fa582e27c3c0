/// How a read answers. The default is a linearizable read of the newest state, in key order.
public struct GetOptions: Sendable, Hashable {
    /// How fresh the answer is.
    public enum Consistency: Sendable, Hashable {
        /// Sees every write that was acknowledged before the read began, on whatever node.
        case linearizable
        /// What the asked node has applied: cheaper, and possibly behind.
        case serializable
    }
    /// What the answer is sorted by.
    public enum SortTarget: Sendable, Hashable, CaseIterable {
        case key, version, createRevision, modRevision, value
    }
    /// The direction of the sort.
    public enum SortOrder: Sendable, Hashable { case ascending, descending }

    /// How fresh the answer is.
    public var consistency = Consistency.linearizable
    /// The revision to read at; 0 for the newest.
    public var revision: Int64 = 0
    /// How many pairs to answer with at most; 0 for all.
    public var limit: Int64 = 0
    /// What to sort by.
    public var sortTarget = SortTarget.key
    /// The direction; nil leaves it to the server: by key, ascending.
    public var sortOrder: SortOrder?
    /// Leave the values out.
    public var keysOnly = false
    /// Answer with the number of keys only.
    public var countOnly = false

    /// The defaults.
    public init() {}
}
