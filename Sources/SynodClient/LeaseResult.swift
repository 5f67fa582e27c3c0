/// A lease that was granted.
public struct LeaseResult: Sendable, Hashable {
    /// Who answered.
    public var info: ResponseInfo
    /// The lease.
    public var id: Int64
    /// How long it lasts unless it is renewed; servers raise a time that is too short.
    public var seconds: Int64
}
