/// How a lease is.
public struct LeaseState: Sendable, Hashable {
    /// Who answered.
    public var info: ResponseInfo
    /// The lease.
    public var id: Int64
    /// How long it lasts from now on; nil: there is no such lease (any more).
    public var secondsLeft: Int64?
    /// How long it lasts when it is renewed.
    public var grantedSeconds: Int64
    /// The keys that end with it, if they were asked for.
    public var keys: [[UInt8]]
}
