internal import SynodClient

/// Tokens for connections of a command's own, one after the other: none is good for ever.
struct TokenSource {
    private let login: UserLogin?
    private let endpoints: [Endpoint]
    private let configuration: ClientConfiguration

    /// What the flags say of who asks, of any of these nodes. May ask for a password.
    init(_ values: FlagValues, _ endpoints: [Endpoint]) throws(UsageError) {
        var configuration = ClientConfiguration()
        configuration.security = try SecurityFlags.security(values)
        self.configuration = configuration
        self.endpoints = endpoints
        login = UserFlags.login(values)
    }

    /// Whether somebody asks.
    var hasUser: Bool { login != nil }

    /// Logs in; nil where nobody needs a token. Blocking.
    func token() throws(ClientError) -> String? {
        guard let login else { return nil }
        let (endpoints, configuration) = (endpoints, configuration)
        let outcome: Result<String?, ClientError> = Blocking.run {
            do throws(ClientError) {
                let client = try Client(endpoints: endpoints, configuration: configuration)
                defer { client.close() }
                return .success(try await client.logIn(login))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
