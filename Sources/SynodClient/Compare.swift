/// A condition of a transaction.
public struct Compare: Sendable, Hashable {
    /// What is compared, and with what. A missing key has 0 in all numbers; a comparison of its value
    /// never holds.
    public enum Target: Sendable, Hashable {
        case version(Int64)
        case createRevision(Int64)
        case modRevision(Int64)
        case value([UInt8])
        case lease(Int64)
    }
    /// How the two sides must relate.
    public enum Relation: Sendable, Hashable { case equal, greater, less, notEqual }

    /// Which key; a range means that each of its keys must meet the condition.
    public var keys: KeyRange
    /// How the stored side must relate to the given one.
    public var relation: Relation
    /// The side that is given.
    public var target: Target

    /// A condition from its parts.
    public init(_ keys: KeyRange, _ relation: Relation, _ target: Target) {
        self.keys = keys
        self.relation = relation
        self.target = target
    }

    /// Holds if the key does not exist.
    public static func isAbsent(_ key: [UInt8]) -> Compare {
        Compare(.key(key), .equal, .createRevision(0))
    }

    /// Holds if the key exists.
    public static func exists(_ key: [UInt8]) -> Compare {
        Compare(.key(key), .greater, .createRevision(0))
    }
}
