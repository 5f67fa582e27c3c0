internal import TLS
package import Transport

/// Which connections speak TLS, and how.
package struct LinkSecurity: Sendable {
    private let security: ClientSecurity?
    private let context: TLSContext?
    /// What says who calls; nil where nobody needs it.
    package var token: String?

    /// The same as metadata.
    package var metadata: [(String, String)] { token.map { [("token", $0)] } ?? [] }

    /// Reads the files, if any connection to `endpoints` speaks TLS. Blocking.
    package init(_ security: ClientSecurity?, for endpoints: [Endpoint]) throws(ClientError) {
        self.security = security
        let isNeeded = security != nil || endpoints.contains { $0.usesTLS == true }
        guard isNeeded else {
            context = nil
            return
        }
        let rules = security ?? ClientSecurity()
        let files = TLSFiles(
            certificate: rules.certificateFile, key: rules.keyFile,
            trustedAuthorities: rules.trustedAuthoritiesFile)
        var policy = TLSPolicy()
        policy.verifiesServer = !rules.skipsVerification
        do throws(TLSError) {
            context = try TLSContext(.client, try files.read(), policy)
        } catch {
            throw ClientError(
                code: .invalidArgument, message: error.description, isDefinite: true)
        }
    }

    /// Settings of a connection to `endpoint`.
    package func settings(for endpoint: Endpoint) -> Transport.ClientConfiguration {
        var settings = Transport.ClientConfiguration(host: endpoint.host, port: endpoint.port)
        settings.authority = endpoint.description
        if endpoint.usesTLS ?? (security != nil) {
            settings.tls = context
            settings.serverName = security?.serverName
        }
        return settings
    }
}
