internal import SynodClient

/// A command that asks a cluster something; also a word of the shell.
struct ClientCommand: Sendable {
    /// What a command works with.
    struct Context: Sendable {
        let client: Client
        let values: FlagValues
        /// A value of `-` means standard input; not in the shell, whose input are the commands.
        let readsInput: Bool

        /// What a command with verbs is to do, and the words after that.
        ///
        /// - Parameter verbs: the first of them, for the complaint where none is given.
        func verb(among verbs: String) throws(UsageError) -> (verb: String, words: [String]) {
            guard let verb = values.positional.first else {
                throw UsageError("what to do is needed: \(verbs), ...")
            }
            return (verb, Array(values.positional.dropFirst()))
        }
    }

    let name: String
    let arguments: String
    let summary: String
    let details: String
    /// Its own flags, without those that all such commands have.
    let flags: [Flag]
    /// It changes nothing, so that a time-out leaves nothing open.
    let isRead: Bool
    /// Does it. Throws a `UsageError` or a `ClientError`.
    let perform: @Sendable (Context) async throws -> ExitCode

    /// All of them, in the order of the help.
    static let all: [ClientCommand] = [
        PutCommand.put, PutCommand.insert, PutCommand.update, PutCommand.append, GetCommand.get,
        DeleteCommand.delete, TransactionCommand.transaction, StatusCommand.status,
        LeaseCommand.lease, AlarmCommand.alarm, MemberCommand.member,
        UserCommand.user, RoleCommand.role, UsersSwitchCommand.auth,
    ]

    static let endpointsFlag = Flag(
        "endpoints", "HOST:PORT,...", default: "127.0.0.1:2379",
        "the nodes to ask; the next one is taken when one fails",
        environment: ["SYNOD_ENDPOINTS", "ETCDCTL_ENDPOINTS"])

    static let timeoutFlag = Flag(
        "timeout", "MILLISECONDS", default: "5000", "how long to try, all nodes together",
        environment: ["SYNOD_TIMEOUT"])

    /// The flags that say whom to ask.
    static let connectionFlags: [Flag] = [endpointsFlag, timeoutFlag] + SecurityFlags.all

    static let outputFlag = Flag(
        "output", "FORM", default: "simple", "simple, or json as etcdctl writes it")

    /// The command of the program.
    var command: Command {
        Command(
            name: name, arguments: arguments, summary: summary, details: details,
            flags: flags + [Self.outputFlag] + Self.connectionFlags,
            run: { values throws(UsageError) in
                let client = try Self.client(values)
                defer { client.close() }
                return try run(Context(client: client, values: values, readsInput: true))
            })
    }

    /// A client as the connection flags ask for.
    static func client(_ values: FlagValues) throws(UsageError) -> Client {
        var configuration = ClientConfiguration()
        let timeout = try values.integer("timeout", in: 1...3_600_000)
        configuration.requestTimeoutMilliseconds = UInt64(timeout)
        configuration.security = try SecurityFlags.security(values)
        configuration.user = UserFlags.login(values)
        do throws(ClientError) {
            return try Client(endpoints: values.list("endpoints"), configuration: configuration)
        } catch {
            throw UsageError(error.message)
        }
    }

    /// Performs it, and reports a failure of the call.
    func run(_ context: Context) throws(UsageError) -> ExitCode {
        let perform = perform
        let outcome: Result<ExitCode, any Error> = Blocking.run {
            do { return .success(try await perform(context)) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let code): return code
        case .failure(let error as UsageError): throw error
        case .failure(let error as ClientError): return report(error)
        case .failure(let error): preconditionFailure("an error of no known kind: \(error)")
        }
    }

    private func report(_ error: ClientError) -> ExitCode {
        Self.report(error, isRead: isRead)
    }

    /// Tells of a call that failed.
    static func report(_ error: ClientError, isRead: Bool) -> ExitCode {
        var error = error
        // What changes nothing has no outcome that could be unknown.
        if isRead { error.isDefinite = true }
        Console.complain(error.description)
        if !error.isDefinite { return .unknownOutcome }
        let isAbsent = error.code == .unavailable || error.code == .deadlineExceeded
        return isAbsent ? .unavailable : .failed
    }
}
