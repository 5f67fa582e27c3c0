internal import SynodClient

/// `synod user`: who there is.
enum UserCommand {
    static let user = ClientCommand(
        name: "user",
        arguments:
            "add NAME[:PASSWORD]|delete NAME|passwd NAME[:PASSWORD]|get NAME|list|grant-role "
            + "NAME ROLE|revoke-role NAME ROLE",
        summary: "list the users, or change them",
        details: """
            add NAME          makes a user. The password stands behind a colon, or is a line of standard
                              input; with --no-password only a certificate's name can say who it is.
            delete NAME       takes a user away.
            passwd NAME       gives a user another password; its tokens are void.
            get NAME          prints the roles of a user.
            list              prints the names of all users.
            grant-role        gives a user a role.
            revoke-role       takes a role of a user away.

            Users count once `synod auth enable` has said so. docs/Operations.md says how to begin.
            """,
        flags: [Flag(switch: "no-password", "add: the user has no password")],
        isRead: false,
        perform: { context in
            let (verb, words) = try context.verb(among: "add, delete, passwd, get")
            try await perform(verb, words, context, try ResultPrinter(context.values))
            return .success
        })

    private static func perform(
        _ verb: String, _ words: [String], _ context: ClientCommand.Context,
        _ printer: ResultPrinter
    ) async throws {
        let client = context.client
        switch (verb, words.count) {
        case ("add", 1):
            let (name, password) = UserFlags.split(words[0])
            let hasNone = try context.values.boolean("no-password")
            try await client.addUser(
                name, password: hasNone ? nil : password ?? UserFlags.readNew(of: name))
            printer.said("user \(name) is added")
        case ("delete", 1):
            try await client.deleteUser(words[0])
            printer.said("user \(words[0]) is deleted")
        case ("passwd", 1):
            let (name, password) = UserFlags.split(words[0])
            try await client.setPassword(password ?? UserFlags.readNew(of: name), of: name)
            printer.said("user \(name) has another password")
        case ("get", 1):
            printer.names("roles", try await client.roles(of: words[0]))
        case ("list", 0): printer.names("users", try await client.users())
        case ("grant-role", 2):
            try await client.grantRole(words[1], to: words[0])
            printer.said("user \(words[0]) has the role \(words[1])")
        case ("revoke-role", 2):
            try await client.revokeRole(words[1], of: words[0])
            printer.said("user \(words[0]) has the role \(words[1]) no more")
        default:
            throw UsageError(
                "\"\(verb)\" with \(words.count) words is nothing: add, delete, passwd, get, list,"
                    + " grant-role, revoke-role")
        }
    }
}

extension ResultPrinter {
    /// What was done.
    func said(_ sentence: String) {
        form == .json ? json([]) : Console.line(sentence)
    }

    /// Names, one a line.
    func names(_ what: String, _ names: [String]) {
        guard form == .json else { return names.forEach { Console.line($0) } }
        json([(what, .list(names.map { .text($0) }))])
    }
}
