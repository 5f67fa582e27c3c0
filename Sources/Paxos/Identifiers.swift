/// The identity of a replica for ever: derived from its peer URLs and the cluster token, never used again.
public struct ReplicaID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One life of a data directory: a random number drawn when it is made. A wiped directory has a new one.
public struct Incarnation: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// How often the process of one incarnation was started: durable, one higher at each start.
public struct BootNumber: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One start of a process on a data directory. Two starts with one boot number and two nonces are of two
/// copies of the directory.
public struct ProcessStart: Hashable, Sendable {
    public let boot: BootNumber
    /// Random: names the process.
    public let nonce: UInt64
    public init(boot: BootNumber, nonce: UInt64) {
        self.boot = boot
        self.nonce = nonce
    }
}

/// A Paxos group within a cluster; 0 is the default group.
public struct GroupID: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    /// The group that every cluster has.
    public static let standard = GroupID(0)
}

/// The identity of a cluster: a hash of its genesis record.
public struct ClusterID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
