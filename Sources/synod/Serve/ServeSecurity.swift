internal import TLS

/// What the flags say about TLS.
struct ServeSecurity: Sendable, Equatable {
    /// One of the two ports.
    struct Side: Sendable, Equatable {
        /// What this node shows to those who come, and whom it trusts.
        var files: TLSFiles
        var demandsCertificate: Bool
        var allowedCommonName: String?
        var allowedHost: String?
        /// A certificate is made where none is given.
        var isAutomatic: Bool
    }

    var clients: Side
    /// The common name of a client's certificate is a user's name.
    var namesUsers: Bool
    var peers: Side
    /// What this node shows to the peers that it dials.
    var dialing: TLSFiles
    /// Peers may call from any address.
    var skipsAddresses: Bool
    var selfSignedYears: Int
    var versionMin: TLSVersion
    var versionMax: TLSVersion?
    /// By OpenSSL's names; empty: the standard ones.
    var cipherSuites: [String]
}
