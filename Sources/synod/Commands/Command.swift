/// One command of the program.
struct Command: Sendable {
    /// The word behind `synod`.
    let name: String
    /// What stands behind the name in the help, as `KEY VALUE`.
    let arguments: String
    /// One line for the list of commands.
    let summary: String
    /// The paragraphs of its help.
    let details: String
    let flags: [Flag]
    /// What the exit status means.
    var exitHelp = ExitCode.help
    /// Does it. The words are parsed and hold no --help.
    let run: @Sendable (FlagValues) throws(UsageError) -> ExitCode

    /// What --help prints.
    var help: String {
        let head = "usage: synod \(name)" + (arguments.isEmpty ? "" : " \(arguments)")
        return """
            \(head) [FLAG...]

            \(details)

            Flags:
            \(HelpText.flags(flags))

            \(exitHelp)
            """
    }

    /// Parses the words behind the command's name, and does it.
    func start(_ words: [String], environment: [String: String]) -> ExitCode {
        do throws(UsageError) {
            let values = try FlagParser.parse(words, table: flags, environment: environment)
            if try values.boolean("help") {
                Console.line(help)
                return .success
            }
            return try run(values)
        } catch {
            Console.complain("\(error.message)\n       synod \(name) --help says more")
            return .usage
        }
    }
}
