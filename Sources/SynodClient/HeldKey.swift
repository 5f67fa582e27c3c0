/// The key by which a caller holds a lock, or leads.
public struct HeldKey: Sendable, Hashable {
    /// The name of the lock or election.
    public var name: [UInt8]
    /// The key; it goes with the lease.
    public var key: [UInt8]
    /// When the key was made. A transaction that compares it with the key's create revision does nothing once
    /// somebody else holds the lock: the fencing token.
    public var createRevision: Int64
    /// The lease.
    public var lease: Int64

    /// A key from its parts.
    public init(name: [UInt8], key: [UInt8], createRevision: Int64, lease: Int64) {
        self.name = name
        self.key = key
        self.createRevision = createRevision
        self.lease = lease
    }

    /// Holds as long as this key is the one that was given.
    public var isHeld: Compare { Compare(.key(key), .equal, .createRevision(createRevision)) }
}
