/// How a client waits, retries and gives up. All times are in milliseconds.
public struct ClientConfiguration: Sendable, Hashable {
    /// From the call to its end, retries included.
    public var requestTimeoutMilliseconds: UInt64 = 5_000
    /// How long a read, or a write in a session, waits for one node before it asks another one. Without
    /// a session a write does not move on while its outcome is open.
    public var attemptTimeoutMilliseconds: UInt64 = 2_000
    /// Register a session, so that writes can be tried again until the time is up, and are executed
    /// once. Servers that have no sessions are noticed, and used without.
    public var usesSessions = true
    /// How long a node may take to accept a connection.
    public var connectTimeoutMilliseconds: UInt64 = 1_000
    /// The first pause after all nodes have refused; it doubles, with jitter, up to the largest.
    public var backoffMillisecondsMin: UInt64 = 10
    /// The longest pause between two rounds over all nodes.
    public var backoffMillisecondsMax: UInt64 = 500
    /// Certificates; nil: those endpoints speak TLS that say so (`https://`), with the authorities that this
    /// machine trusts.
    public var security: ClientSecurity?
    /// Who this client is, where users count. It logs in by itself.
    public var user: UserLogin?
    /// Begin with a random node instead of the first one, to spread clients over the nodes.
    public var startsAtRandomEndpoint = false

    /// The defaults.
    public init() {}
}
