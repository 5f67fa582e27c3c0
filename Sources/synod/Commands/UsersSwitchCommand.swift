internal import SynodClient

/// `synod auth`: whether users count.
enum UsersSwitchCommand {
    static let auth = ClientCommand(
        name: "auth", arguments: "enable|disable|status", summary: "let users count, or not",
        details: """
            enable            from here on every call needs a user. There must be a user `root` with the role
                              `root`, and you should know its password.
            disable           nobody needs a user any more.
            status            prints whether users count, and the revision of users and roles.
            """,
        flags: [], isRead: false,
        perform: { context in
            let printer = try ResultPrinter(context.values)
            switch context.values.positional {
            case ["enable"]:
                try await context.client.enableUsers()
                printer.said("users count")
            case ["disable"]:
                try await context.client.disableUsers()
                printer.said("users do not count")
            case ["status"]:
                let status = try await context.client.usersStatus()
                guard printer.form == .json else {
                    Console.line("\(status.areOn ? "enabled" : "disabled") \(status.revision)")
                    break
                }
                printer.json([
                    ("enabled", .boolean(status.areOn)),
                    ("authRevision", .unsigned(status.revision)),
                ])
            default: throw UsageError("the word must be enable, disable or status")
            }
            return .success
        })
}
