internal import SynodClient

/// The flags of `etcdctl` that say how to speak TLS, and who speaks.
enum SecurityFlags {
    static let all: [Flag] =
        [
            Flag(
                "cacert", "FILE", "the authorities of the nodes' certificates, PEM",
                environment: ["SYNOD_CACERT", "ETCDCTL_CACERT"]),
            Flag(
                "cert", "FILE", "the certificate to show to the nodes, PEM",
                environment: ["SYNOD_CERT", "ETCDCTL_CERT"]),
            Flag("key", "FILE", "the key of --cert", environment: ["SYNOD_KEY", "ETCDCTL_KEY"]),
            Flag(
                switch: "insecure-skip-tls-verify", default: false,
                "talk to whoever answers, whatever certificate it shows",
                environment: ["SYNOD_INSECURE_SKIP_TLS_VERIFY", "ETCDCTL_INSECURE_SKIP_TLS_VERIFY"]),
            Flag(
                switch: "insecure-transport", default: true,
                "no TLS where an endpoint does not say https:// and no file is given",
                environment: ["SYNOD_INSECURE_TRANSPORT", "ETCDCTL_INSECURE_TRANSPORT"]),
        ] + UserFlags.all

    /// What they say; nil if endpoints without a scheme are to be spoken to in the clear.
    static func security(_ values: FlagValues) throws(UsageError) -> ClientSecurity? {
        var security = ClientSecurity()
        security.trustedAuthoritiesFile = text(values, "cacert")
        security.certificateFile = text(values, "cert")
        security.keyFile = text(values, "key")
        security.skipsVerification = try values.boolean("insecure-skip-tls-verify")
        let isAsked = try !values.boolean("insecure-transport")
        return security == ClientSecurity() && !isAsked ? nil : security
    }

    /// For connections of a command's own.
    static func links(
        _ values: FlagValues, to endpoints: [Endpoint]
    ) throws(UsageError) -> LinkSecurity {
        let security = try security(values)
        do throws(ClientError) {
            return try LinkSecurity(security, for: endpoints)
        } catch {
            throw UsageError(error.message)
        }
    }

    private static func text(_ values: FlagValues, _ flag: String) -> String? {
        values.text(flag).isEmpty ? nil : values.text(flag)
    }
}
