/// What a caller wants from the loop thread.
struct CallOrder: Sendable {
    let path: String
    let request: [UInt8]
    let kind: RetryPolicy.Kind
    /// The one node to ask; nil for any.
    let endpoint: Endpoint?
}
