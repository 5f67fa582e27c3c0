internal import TLS

extension ServeSecurity {
    /// Reads the flags, with etcd's rules; adds a sentence to `warnings` for what is not followed.
    init(_ values: FlagValues, warnings: inout [String]) throws(UsageError) {
        clients = try Self.side(values, "", automatic: "auto-tls")
        clients.allowedHost = Self.text(values, "client-cert-allowed-hostname")
        clients.files.revocations = Self.text(values, "client-crl-file")
        namesUsers = try values.boolean("client-cert-auth")
        peers = try Self.side(values, "peer-", automatic: "peer-auto-tls")
        peers.files.revocations = Self.text(values, "peer-crl-file")
        peers.allowedCommonName = Self.text(values, "peer-cert-allowed-cn")
        peers.allowedHost = Self.text(values, "peer-cert-allowed-hostname")
        if let name = peers.allowedCommonName, let host = peers.allowedHost {
            throw UsageError(
                "AllowedCN and AllowedHostname are mutually exclusive (cn=\"\(name)\","
                    + " hostname=\"\(host)\")")
        }
        dialing = try Self.dialing(values, peers.files)
        skipsAddresses = try values.boolean("peer-skip-client-san-verification")
        if try values.boolean("experimental-peer-skip-client-san-verification") {
            skipsAddresses = true
        }
        selfSignedYears = try values.integer("self-signed-cert-validity", in: 1...100)
        versionMin = try Self.version(values, "tls-min-version") ?? .tls12
        versionMax = try Self.version(values, "tls-max-version")
        if let versionMax, versionMax < versionMin {
            throw UsageError("--tls-max-version is below --tls-min-version")
        }
        cipherSuites = try Self.suites(values, &warnings)
        if versionMin == .tls13, !cipherSuites.isEmpty {
            throw UsageError("--cipher-suites may not be set when --tls-min-version is TLS1.3")
        }
    }

    private static func text(_ values: FlagValues, _ flag: String) -> String? {
        values.text(flag).isEmpty ? nil : values.text(flag)
    }

    /// The flags of one port, whose names begin with `prefix`.
    private static func side(
        _ values: FlagValues, _ prefix: String, automatic: String
    ) throws(UsageError) -> Side {
        let files = TLSFiles(
            certificate: text(values, prefix + "cert-file"), key: text(values, prefix + "key-file"),
            trustedAuthorities: text(values, prefix + "trusted-ca-file"))
        try requirePair(files)
        let demands = try values.boolean(prefix + "client-cert-auth")
        if demands, files.trustedAuthorities == nil {
            throw UsageError("--\(prefix)client-cert-auth needs --\(prefix)trusted-ca-file")
        }
        return Side(
            files: files,
            // As etcd: who names authorities wants certificates of theirs.
            demandsCertificate: demands || files.trustedAuthorities != nil,
            isAutomatic: try values.boolean(automatic) && files.certificate == nil)
    }

    private static func dialing(
        _ values: FlagValues, _ peers: TLSFiles
    ) throws(UsageError) -> TLSFiles {
        var files = peers
        let other = TLSFiles(
            certificate: text(values, "peer-client-cert-file"),
            key: text(values, "peer-client-key-file"))
        try requirePair(other)
        if other.certificate != nil {
            files.certificate = other.certificate
            files.key = other.key
        }
        return files
    }

    private static func requirePair(_ files: TLSFiles) throws(UsageError) {
        guard (files.certificate == nil) != (files.key == nil) else { return }
        throw UsageError(
            "KeyFile and CertFile must both be present[key: \(files.key ?? ""),"
                + " cert: \(files.certificate ?? "")]")
    }

    private static func version(
        _ values: FlagValues, _ flag: String
    ) throws(UsageError) -> TLSVersion? {
        guard let name = text(values, flag) else { return nil }
        guard let version = TLSVersion(rawValue: name) else {
            throw UsageError("\(values.source(flag)): unexpected TLS version \"\(name)\"")
        }
        return version
    }

    private static func suites(
        _ values: FlagValues, _ warnings: inout [String]
    ) throws(UsageError) -> [String] {
        let source = values.source("cipher-suites")
        var suites: [String] = []
        let names = values.list("cipher-suites")
        for name in names {
            switch CipherSuite(goName: name) {
            case nil: throw UsageError("\(source): unexpected TLS cipher suite \"\(name)\"")
            case .strong(let suite)?: suites.append(suite)
            case .ofTLS13?: break
            case .weak?:
                warnings.append(
                    "\(source): \(name) is left out: no forward secrecy or no authenticated encryption"
                )
            }
        }
        guard names.isEmpty || !suites.isEmpty else {
            throw UsageError("\(source): none of them is spoken here")
        }
        return suites
    }
}
