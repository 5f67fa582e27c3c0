/// What a caller wants from the loop thread.
struct CallOrder: Sendable {
    let path: String
    let request: [UInt8]
    let kind: RetryPolicy.Kind
    /// The one node to ask; nil for any.
    let endpoint: Endpoint?
    /// A node that knows no leader refuses at once, so that another one can be asked.
    let needsLeader: Bool
    /// Nil: as the client is configured.
    var timeoutMilliseconds: UInt64?
}
