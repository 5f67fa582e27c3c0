/// How a client proves who it is, and whom it believes. All files are PEM; they are read when the client is
/// made.
public struct ClientSecurity: Sendable, Hashable {
    /// The authorities of the servers' certificates; nil: those that this machine trusts.
    public var trustedAuthoritiesFile: String?
    /// The certificate that is shown to servers, with those that lead to its authority.
    public var certificateFile: String?
    /// The key of the certificate.
    public var keyFile: String?
    /// The name that must be in the servers' certificates; nil: the host that is dialed.
    public var serverName: String?
    /// Talk to whoever answers. What is said is hidden from those who listen, and from nobody else.
    public var skipsVerification = false

    /// The authorities of this machine, and no certificate.
    public init() {}
}
