internal import SynodClient

/// `synod shell`: an interactive client; on a pipe it reads its commands line by line.
enum ShellCommand {
    static let command = Command(
        name: "shell", arguments: "HOST PORT", summary: "an interactive client",
        details: """
            Connects to one node and reads commands, one on each line; help lists them. Words with
            spaces are quoted: put "my key" 'my value'. When the commands come from a pipe or a file,
            there is no prompt, and the status is that of the first command that failed.
            """,
        flags: [ClientCommand.timeoutFlag] + SecurityFlags.all,
        run: { values throws(UsageError) in
            guard values.positional.count == 2 else { throw UsageError("HOST and PORT are needed") }
            let endpoint = values.positional.joined(separator: ":")
            guard let endpoint = Endpoint(endpoint) else {
                throw UsageError("\(endpoint) is no HOST and PORT")
            }
            var configuration = ClientConfiguration()
            configuration.requestTimeoutMilliseconds = UInt64(
                try values.integer("timeout", in: 1...3_600_000))
            configuration.security = try SecurityFlags.security(values)
            configuration.user = UserFlags.login(values)
            let client: Client
            do throws(ClientError) {
                client = try Client(endpoints: [endpoint], configuration: configuration)
            } catch {
                throw UsageError(error.message)
            }
            defer { client.close() }
            return run(client, endpoint)
        })

    /// Other words for the commands, as people know them from elsewhere.
    private static let aliases = [
        "retrieve": "get", "read": "get", "delete": "del", "remove": "del", "set": "put",
        "write": "put",
    ]

    private static func run(_ client: Client, _ endpoint: Endpoint) -> ExitCode {
        let isInteractive = Console.isInteractive
        if isInteractive { Console.line("synod shell at \(endpoint); help lists the commands") }
        var result = ExitCode.success
        while true {
            if isInteractive { Console.write("\(endpoint)> ") }
            let line: String?
            do throws(UsageError) {
                line = try Console.readText()
            } catch {
                Console.complain(error.message)
                if !isInteractive, result == .success { result = .usage }
                continue
            }
            guard let line else {
                if isInteractive { Console.line() }
                return result
            }
            guard let code = execute(line, client) else { return result }
            // A person has seen it; a script wants to know.
            if !isInteractive, result == .success { result = code }
        }
    }

    /// Executes one line; nil if it says that this was the last one.
    private static func execute(_ line: String, _ client: Client) -> ExitCode? {
        do throws(UsageError) {
            let words = try LineScanner.words(of: line).map { String(decoding: $0, as: UTF8.self) }
            guard let first = words.first, !first.hasPrefix("#") else { return .success }
            switch first {
            case "exit", "quit": return nil
            case "help":
                Console.line(help)
                return .success
            case "keys":
                let prefix = words.count > 1 ? words[1] : ""
                return try execute("get", [prefix, "--prefix", "--keys-only"], client)
            default: return try execute(first, Array(words.dropFirst()), client)
            }
        } catch {
            Console.complain(error.message)
            return .usage
        }
    }

    private static func execute(
        _ word: String, _ arguments: [String], _ client: Client
    ) throws(UsageError) -> ExitCode {
        let name = aliases[word] ?? word
        guard let command = ClientCommand.all.first(where: { $0.name == name }) else {
            throw UsageError("unknown command \(word); help lists the commands")
        }
        let table = command.flags + [ClientCommand.outputFlag]
        let values = try FlagParser.parse(arguments, table: table)
        if try values.boolean("help") {
            Console.line("\(command.name) \(command.arguments)\n\n\(command.details)\n")
            Console.line(HelpText.flags(table))
            return .success
        }
        return try command.run(
            ClientCommand.Context(client: client, values: values, readsInput: false))
    }

    private static var help: String {
        let lines = ClientCommand.all.map { command in
            let head = "\(command.name) \(command.arguments)"
            return "  \(head)" + String(repeating: " ", count: max(1, 24 - head.count))
                + command.summary
        }
        return """
            \(lines.joined(separator: "\n"))
              keys [PREFIX]           list the keys
              help                    print this text
              exit                    leave

            retrieve is another word for get, delete for del, set for put. COMMAND --help says more.
            """
    }
}
