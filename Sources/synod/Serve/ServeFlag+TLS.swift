extension ServeFlag {
    /// The flags about TLS; all of them do what they do in etcd.
    static let tls: [ServeFlag] = [
        flag(
            "cert-file", "FILE",
            "the certificate for clients, PEM, with those that lead to its authority"),
        flag("key-file", "FILE", "the key of --cert-file"),
        toggle(
            "client-cert-auth", "clients must show a certificate; its common name is a user's name"),
        flag("trusted-ca-file", "FILE", "the authorities of the clients' certificates"),
        flag("client-crl-file", "FILE", "clients' certificates that were revoked"),
        flag("client-cert-allowed-hostname", "NAME", "clients' certificates must be for this host"),
        toggle("auto-tls", "make a certificate for clients that vouches for itself"),
        flag("peer-cert-file", "FILE", "the certificate for peers, PEM"),
        flag("peer-key-file", "FILE", "the key of --peer-cert-file"),
        toggle("peer-client-cert-auth", "peers must show a certificate"),
        flag("peer-trusted-ca-file", "FILE", "the authorities of the peers' certificates"),
        flag("peer-client-cert-file", "FILE", "what to show to peers, if not --peer-cert-file"),
        flag("peer-client-key-file", "FILE", "the key of --peer-client-cert-file"),
        flag("peer-crl-file", "FILE", "peers' certificates that were revoked"),
        flag("peer-cert-allowed-cn", "NAME", "peers' certificates must have this common name"),
        flag("peer-cert-allowed-hostname", "NAME", "peers' certificates must be for this host"),
        toggle("peer-auto-tls", "make a certificate for peers that vouches for itself"),
        toggle("peer-skip-client-san-verification", "peers may call from any address"),
        toggle("experimental-peer-skip-client-san-verification", "the same"),
        ServeFlag(
            "self-signed-cert-validity", "YEARS", "1", .effective,
            "how long certificates are good that vouch for themselves"),
        flag("cipher-suites", "LIST", "the suites of TLS 1.2, by Go's names"),
        flag("tls-min-version", "VERSION", "TLS1.2 or TLS1.3"),
        flag("tls-max-version", "VERSION", "TLS1.2 or TLS1.3"),
    ]

    private static func flag(_ name: String, _ argument: String, _ help: String) -> ServeFlag {
        ServeFlag(name, argument, "", .effective, help)
    }

    private static func toggle(_ name: String, _ help: String) -> ServeFlag {
        ServeFlag(name, nil, "false", .effective, help)
    }
}
