/// Whom to believe, and what to speak.
package struct TLSPolicy: Sendable, Equatable {
    package var versionMin = TLSVersion.tls12
    /// Nil: the newest.
    package var versionMax: TLSVersion?
    /// Of TLS 1.2, by OpenSSL's names, the best first; empty: the standard ones.
    package var cipherSuites: [String] = []
    /// Server: clients must show a certificate of the trusted authorities.
    package var demandsCertificate = false
    /// Client: the server's certificate must be of a trusted authority, and for the name that was dialed.
    package var verifiesServer = true
    /// If set, the other side's certificate must have this common name.
    package var allowedCommonName: String?
    /// If set, the other side's certificate must be for this host.
    package var allowedHost: String?
    /// Whether the common name of a verified client is a user's name.
    package var namesUsers = false

    package init() {}
}
